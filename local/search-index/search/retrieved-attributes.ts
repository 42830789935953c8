import { joinMembers, splitMembers } from '../json/object-members.ts';
import type { JsonObject, JsonValue } from '../json/json-value.ts';
import { readAttributeNames } from './searchable-words.ts';

/**
 * Returns what an answer shows of a record, its bytes untouched: the first-level attributes that `attributesToRetrieve`
 * names (`*` all, `-name` not), never those of the setting `unretrievableAttributes`, always the objectID.
 */
export function createProjection(
  attributesToRetrieve: JsonValue | undefined,
  settings: JsonObject,
): (record: Buffer) => Buffer {
  const names = readNames(attributesToRetrieve ?? settings['attributesToRetrieve'] ?? null);
  const excluded = new Set([
    ...readAttributeNames(settings['unretrievableAttributes']),
    ...names.filter((name) => name.startsWith('-')).map((name) => name.slice(1)),
  ]);
  const wanted = new Set(names.map((name) => name.split('.')[0] ?? name));
  const isAll =
    names.every((name) => name.startsWith('-')) && attributesToRetrieve !== undefined && names.length > 0;
  const hasAll =
    isAll || wanted.has('*') || isUnset(attributesToRetrieve ?? settings['attributesToRetrieve']);
  if (hasAll && excluded.size === 0) return (record) => record;
  return (record) => {
    const members = [...splitMembers(record).values()];
    return joinMembers(
      members.filter(({ key }) => key === 'objectID' || (!excluded.has(key) && (hasAll || wanted.has(key)))),
    );
  };
}

function isUnset(value: JsonValue | undefined): boolean {
  return value === undefined || value === null;
}

function readNames(value: JsonValue): string[] {
  if (typeof value === 'string') return value.split(',').map((name) => name.trim());
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}
