import * as z from 'zod';

import { isJsonValue, JsonScanner } from '../records/json-scanner.ts';
import type { TransformResult } from './transform-message.ts';

/** A record as it goes on: the JSON string of its id, and the JSON of all of it, which begins with the id. */
export interface TransformedRecord {
  readonly objectIDJson: string;
  readonly json: string;
}

/** What one record became, checked: records, none, or a reason. */
export type CheckedOutputs =
  | { readonly records: readonly TransformedRecord[] }
  | { readonly error: { readonly code: string; readonly message: string; readonly field?: string } };

const fieldsSchema = z.record(z.string(), z.unknown());

/**
 * Checks what a transformation returned for one record as if a stranger had sent it, which is so. An output without an
 * objectID keeps the input's if it is the only one.
 */
export function readOutputs(result: TransformResult, objectID: string): CheckedOutputs {
  if ('error' in result) return result;
  const { outputs } = result;
  const records: TransformedRecord[] = [];
  for (const output of outputs) {
    const fields = readFields(output);
    if (fields === undefined)
      return failed('transform.bad_output', 'The transformation returned what is no record.');
    const given = fields['objectID'] ?? (outputs.length === 1 ? objectID : undefined);
    const id = typeof given === 'number' ? String(given) : given;
    if (typeof id !== 'string' || id === '') {
      return failed(
        'transform.bad_id',
        outputs.length > 1
          ? 'Each of several records that a transformation returns needs an objectID of its own, a text or a number.'
          : 'The objectID that the transformation returned must be a text or a number.',
        'objectID',
      );
    }
    records.push(toRecord(id, fields));
  }
  return { records };
}

/** The fields of a JSON object that is nested no deeper than any source's. */
function readFields(text: string): Record<string, unknown> | undefined {
  const length = Buffer.byteLength(text);
  const bytes = Buffer.alloc(length + 1, '"');
  bytes.write(text);
  if (text[0] !== '{' || !isJsonValue(new JsonScanner(bytes, length, true), 0)) return undefined;
  const json: unknown = JSON.parse(text);
  return fieldsSchema.safeParse(json).success && isFields(json) ? json : undefined;
}

function isFields(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** Put together as text, since an object would put names that are numbers before the objectID. */
function toRecord(objectID: string, given: Record<string, unknown>): TransformedRecord {
  const { objectID: _given, ...fields } = given;
  const objectIDJson = JSON.stringify(objectID.toWellFormed());
  const rest = JSON.stringify(fields);
  const json = `{"objectID":${objectIDJson}${rest === '{}' ? '}' : `,${rest.slice(1)}`}`;
  return { objectIDJson, json };
}

function failed(code: string, message: string, field?: string): CheckedOutputs {
  return { error: { code, message, ...(field === undefined ? {} : { field }) } };
}
