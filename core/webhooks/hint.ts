import * as z from 'zod';

/**
 * What a delivery says: that these entities of the source changed, that something did (`whole`: all is read), or nothing
 * that concerns an index. It never says what the entities are now: that is fetched.
 */
export type Hint =
  | { readonly kind: 'entities'; readonly entityIDs: readonly string[] }
  | { readonly kind: 'whole' }
  | { readonly kind: 'ignored'; readonly reason: string };

/** A hint that asks for a run. */
export type RunHint = Exclude<Hint, { kind: 'ignored' }>;

/** As many as one run takes; whoever changes more at once means the whole. */
export const MAX_ENTITIES = 1_000;

/** The ids lie in items of the table, of which DynamoDB holds 400 KB each. */
export const MAX_ENTITY_BYTES = 100_000;

const idSchema = z.union([z.string().min(1), z.int()]).transform(String);
const namedSchema = z.union([
  z.object({ objectIDs: z.array(idSchema).min(1) }).transform(({ objectIDs }) => objectIDs),
  z.object({ objectID: idSchema }).transform(({ objectID }) => [objectID]),
]);
const envelopeSchema = z.union([namedSchema, z.object({ data: namedSchema }).transform(({ data }) => data)]);

/** The hint of a payload of no vendor's: `{"objectIDs": […]}` or `{"objectID": …}`, at the top or under `data`. */
export function readNamedObjects(payload: unknown): RunHint {
  const { success, data } = envelopeSchema.safeParse(payload);
  return success ? hintOf(data) : { kind: 'whole' };
}

/** The hint that names these ids, numbers in their text. */
export function hintOf(ids: readonly (string | number)[]): RunHint {
  const entityIDs = [...new Set(ids.map((id) => String(id).toWellFormed()))];
  const isTooMuch = entityIDs.length > MAX_ENTITIES || sizeOf(entityIDs) > MAX_ENTITY_BYTES;
  return isTooMuch ? { kind: 'whole' } : { kind: 'entities', entityIDs };
}

export function sizeOf(entityIDs: readonly string[]): number {
  return entityIDs.reduce((sum, id) => sum + Buffer.byteLength(id), 0);
}
