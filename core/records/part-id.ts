/**
 * A record that stands for a part of an entity, a variant of a product say, has the objectID `<entity>-<part>`, where the
 * part has no dash. The entity's id is answered; nothing for an objectID without a dash.
 */
export function entityOfPart(objectID: string): string | undefined {
  const dash = objectID.lastIndexOf('-');
  return dash < 0 ? undefined : objectID.slice(0, dash);
}
