import { isDeepStrictEqual } from 'node:util';
import { parseJson, type JsonValue } from '../json/json-value.ts';

const INTEGER = /^-?\d+$/;

/**
 * The JSON text of an attribute after one of Algolia's built-in operations, or undefined when the whole update of the
 * record is to be ignored. An operation that Algolia does not know counts as one that changes nothing.
 */
export function applyBuiltInOperation(
  operation: { name: string; value: JsonValue },
  oldText: string | undefined,
): string | undefined {
  const { name, value } = operation;
  switch (name) {
    case 'Increment':
      return add(oldText, value, 1n);
    case 'Decrement':
      return add(oldText, value, -1n);
    case 'IncrementFrom':
      return readInteger(oldText) === readInteger(JSON.stringify(value)) ? add(oldText, 1, 1n) : undefined;
    case 'IncrementSet':
      return readInteger(JSON.stringify(value)) > readInteger(oldText) ? JSON.stringify(value) : undefined;
    case 'Add':
      return JSON.stringify([...readArray(oldText), value]);
    case 'AddUnique':
      return JSON.stringify(addUnique(readArray(oldText), value));
    case 'Remove':
      return JSON.stringify(readArray(oldText).filter((element) => !isDeepStrictEqual(element, value)));
    default:
      return oldText ?? 'null';
  }
}

function add(oldText: string | undefined, value: JsonValue, sign: 1n | -1n): string {
  const step = JSON.stringify(value);
  // Integers beyond 2^53 keep all their digits.
  if (INTEGER.test(oldText ?? '0') && INTEGER.test(step))
    return String(readInteger(oldText) + sign * BigInt(step));
  const old = Number(oldText ?? 0);
  return JSON.stringify((Number.isFinite(old) ? old : 0) + Number(sign) * Number(value));
}

function readInteger(text: string | undefined): bigint {
  return text !== undefined && INTEGER.test(text) ? BigInt(text) : 0n;
}

function readArray(text: string | undefined): JsonValue[] {
  const value = text === undefined ? null : parseJson(text);
  return Array.isArray(value) ? value : [];
}

function addUnique(elements: JsonValue[], value: JsonValue): JsonValue[] {
  return elements.some((element) => isDeepStrictEqual(element, value)) ? elements : [...elements, value];
}
