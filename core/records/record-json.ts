import { OBJECT_ID_OFFSET } from './record-batch.ts';

/** A record under an id. */
export type IdentifiedRecord = Readonly<Record<string, unknown>> & { readonly objectID: string };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Its JSON, which begins with its objectID. That goes first by hand: names that look like numbers would precede it. */
export function toRecordJson({ objectID, ...rest }: IdentifiedRecord): string {
  const members = JSON.stringify(rest).slice(1);
  return `{"objectID":${JSON.stringify(objectID)}${members === '}' ? '' : ','}${members}`;
}

/** Where the JSON string of the objectID ends of the record that begins at `start`. */
export function endOfObjectID(bytes: Buffer, start: number): number {
  let position = start + OBJECT_ID_OFFSET + 1;
  while (bytes[position] !== QUOTE) position += bytes[position] === BACKSLASH ? 2 : 1;
  return position + 1;
}
