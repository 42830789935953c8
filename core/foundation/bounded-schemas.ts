import * as z from 'zod';

/** Far from the 400 KB that an item of the table may have. */
const MAX_JSON_BYTES = 100_000;

/** `schema`, refused when the JSON of its value is too large to be kept. */
export function withinBytes<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.refine(
    (value) => Buffer.byteLength(JSON.stringify(value) ?? '') <= MAX_JSON_BYTES,
    `must have at most ${MAX_JSON_BYTES} bytes of JSON`,
  );
}

/** An object whose members only others understand. */
export const freeObject = withinBytes(z.record(z.string(), z.unknown()));

/** A list of names. */
export const texts = withinBytes(z.array(z.string().min(1).max(1_000)).max(1_000));
