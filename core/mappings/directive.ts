import * as z from 'zod';
import { parseEventParam, parsePath, unsupportedMapping, type ReadValue } from './row-path.ts';

const name = z.string().min(1).max(1_000);
const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** What a directive may say: exactly one of these, and nothing else. */
const directiveSchema = z.union([
  z.strictObject({ constant: z.union([scalar, z.array(scalar)]) }),
  z.strictObject({ path: name, unit: z.literal('microseconds').optional() }),
  z.strictObject({ eventParam: name }),
]);

/** Reads one field of the event from a row. */
export function parseDirective(fieldKey: string, value: unknown): ReadValue {
  if (!/^[A-Za-z]\w*$/.test(fieldKey)) {
    throw unsupportedMapping(
      `the fieldKey ${JSON.stringify(fieldKey.slice(0, 100))} must be a name of letters, digits and _`,
    );
  }
  const { success, data } = directiveSchema.safeParse(value);
  if (!success) {
    throw unsupportedMapping(
      `the value of the field ${fieldKey} must be {"constant": …}, {"path": "…"}, {"path": "…", "unit": "microseconds"} or {"eventParam": "…"}`,
    );
  }
  if ('constant' in data) return () => data.constant;
  if ('eventParam' in data) return parseEventParam(data.eventParam);
  const read = parsePath(data.path);
  return data.unit === undefined ? read : (row) => toMilliseconds(read(row));
}

/** GA4 gives microseconds, as a number or as text; an event's timestamp has milliseconds. */
function toMilliseconds(value: unknown): unknown {
  const isWhole = typeof value === 'number' || (typeof value === 'string' && /^\d{1,16}$/.test(value));
  return isWhole ? Math.floor(Number(value) / 1_000) : value;
}
