import { createMember, joinMembers, splitMembers, type Member } from '../json/object-members.ts';
import { isJsonObject, parseJson, type JsonObject, type JsonValue } from '../json/json-value.ts';
import { applyBuiltInOperation } from './built-in-operation.ts';

/**
 * The record after a partial update: first-level attributes are replaced, the others keep their bytes. `record` is
 * undefined when there is none yet. Returns undefined when an `IncrementFrom` or `IncrementSet` says to ignore the update.
 */
export function updatePartially(record: Buffer | undefined, patch: Buffer): Buffer | undefined {
  const members = record ? splitMembers(record) : new Map<string, Member>();
  for (const change of splitMembers(patch).values()) {
    const old = members.get(change.key);
    const operation = readOperation(change.valueText);
    if (!operation) {
      members.set(change.key, { ...(old ?? change), valueText: change.valueText });
      continue;
    }
    const valueText = applyBuiltInOperation(operation, old?.valueText);
    if (valueText === undefined) return undefined;
    members.set(change.key, old ? { ...old, valueText } : createMember(change.key, valueText));
  }
  return joinMembers(members.values());
}

function readOperation(valueText: string): { name: string; value: JsonValue } | undefined {
  if (!valueText.startsWith('{') || !valueText.includes('"_operation"')) return undefined;
  const operation: JsonValue = parseJson(valueText);
  if (!isJsonObject(operation)) return undefined;
  return readName(operation);
}

function readName(operation: JsonObject): { name: string; value: JsonValue } | undefined {
  const name = operation['_operation'];
  return typeof name === 'string' ? { name, value: operation['value'] ?? null } : undefined;
}
