import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { NumberValue } from '@aws-sdk/lib-dynamodb';

/** An item as the document client shows it. */
export type Item = Record<string, unknown>;

export function validationError(message: string): DynamoDBServiceException {
  return new DynamoDBServiceException({
    name: 'ValidationException',
    $fault: 'client',
    message,
    $metadata: {},
  });
}

/** A copy that shares nothing with the original; what is `undefined` is left out, as the document client does. */
export function copyOf<Value>(value: Value): Value {
  return copy(value) as Value;
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copy);
  if (value instanceof Set) return new Set(value);
  if (value instanceof Uint8Array) return Uint8Array.from(value);
  if (value instanceof NumberValue) return value;
  const result: Item = {};
  for (const name in value) {
    const member = (value as Item)[name];
    if (member !== undefined) result[name] = copy(member);
  }
  return result;
}

/** About what DynamoDB counts: names and texts by their UTF-8 bytes. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number' || typeof value === 'bigint') return 8;
  if (typeof value !== 'object' || value === null) return 1;
  if (value instanceof Uint8Array) return value.length;
  if (Array.isArray(value) || value instanceof Set) {
    let size = 3;
    for (const member of value) size += sizeOf(member) + 1;
    return size;
  }
  let size = 0;
  for (const name in value) size += Buffer.byteLength(name) + sizeOf((value as Item)[name]) + 1;
  return size;
}

/** The letter of DynamoDB's type. */
export function typeOf(value: unknown): string {
  if (typeof value === 'string') return 'S';
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof NumberValue) return 'N';
  if (typeof value === 'boolean') return 'BOOL';
  if (value === null) return 'NULL';
  if (value instanceof Uint8Array) return 'B';
  if (Array.isArray(value)) return 'L';
  if (!(value instanceof Set)) return 'M';
  const [first] = value;
  return `${typeOf(first)}S`;
}

export function isEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (typeOf(one) !== typeOf(other)) return false;
  if (one instanceof Set) return other instanceof Set && one.isSubsetOf(other) && other.isSubsetOf(one);
  if (one instanceof Uint8Array) return other instanceof Uint8Array && Buffer.compare(one, other) === 0;
  const [names, otherNames] = [Object.keys(one), Object.keys(other)];
  return (
    names.length === otherNames.length &&
    names.every((name) => isEqual((one as Item)[name], (other as Item)[name]))
  );
}

/** Negative, 0 or positive; `undefined` for values that have no order among each other. */
export function compare(one: unknown, other: unknown): number | undefined {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  // DynamoDB orders texts by their UTF-8 bytes: the same, but for surrogate pairs, which no key here has.
  if (typeof one === 'string' && typeof other === 'string') return one < other ? -1 : Number(one > other);
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(one, other);
  return undefined;
}
