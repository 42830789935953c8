import * as z from 'zod';
import { parseInput } from '../foundation/validation.ts';
import type { PushedRecord } from '../push/push-records.ts';
import type { PushAction } from '../runs/run.ts';

const recordSchema = z.looseObject({ objectID: z.string().min(1) });

/** Those of a push that are about single records: no delivery empties an index. */
const actionSchema = z.enum([
  'addObject',
  'updateObject',
  'partialUpdateObject',
  'partialUpdateObjectNoCreate',
  'deleteObject',
]);

const bodySchema = z.object({ action: actionSchema.optional(), records: z.array(recordSchema).min(1) });

/** The records that a delivery brings: one, several, or several with what is to be done with them. */
export function readRecords(payload: unknown): {
  records: PushedRecord[];
  action: PushAction | undefined;
} {
  const { records, action } = parseInput(bodySchema, toBody(payload));
  return { records, action };
}

function toBody(payload: unknown): unknown {
  if (Array.isArray(payload)) return { records: payload };
  const isBody = typeof payload === 'object' && payload !== null && 'records' in payload;
  return isBody ? payload : { records: [payload] };
}
