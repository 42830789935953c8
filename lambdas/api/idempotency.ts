import { invalidField } from '../../core/foundation/validation.ts';
import type { Operation } from './define-operation.ts';
import type { HttpRequest } from './http-request.ts';

const MAX_KEY_LENGTH = 255;

/** These are POST only to have a body: they make and start nothing. */
const READS = /^(?:search|try)/;

/** Whether the operation creates or starts something, and so must not do it twice for one Idempotency-Key. */
export function takesIdempotencyKey({ method, operationID }: Operation): boolean {
  return method === 'POST' && !READS.test(operationID);
}

/** The key that the request brings, for operations that take one. */
export function readIdempotencyKey(operation: Operation, { headers }: HttpRequest): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined || key === '' || !takesIdempotencyKey(operation)) return undefined;
  if (key.length > MAX_KEY_LENGTH) {
    throw invalidField('Idempotency-Key', `must have at most ${MAX_KEY_LENGTH} characters`);
  }
  return key;
}

/** What must be the same when the key comes again: all of the request but its credentials. */
export function repeatableContent(
  { method, path, query }: HttpRequest,
  body: Uint8Array,
): (string | Uint8Array)[] {
  const parameters = Object.entries(query)
    .filter(([name]) => !name.startsWith('x-algolia-'))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return [method, path, JSON.stringify(parameters), body];
}
