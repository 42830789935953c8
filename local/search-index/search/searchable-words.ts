import type { JsonObject, JsonValue } from '../json/json-value.ts';
import { readScalars } from './attribute-value.ts';

/** The text of a record that a query is looked up in: all of it, or what the setting `searchableAttributes` names. */
export function extractWords(record: JsonObject, searchableAttributes: JsonValue): string {
  const words: string[] = [];
  const attributes = readAttributeNames(searchableAttributes);
  if (attributes.length === 0) collectText(record, words);
  for (const attribute of attributes) {
    for (const scalar of readScalars(record, attribute)) words.push(String(scalar));
  }
  return words.join('\n');
}

/** `["title,alternate", "unordered(text)"]` → `["title", "alternate", "text"]`. */
export function readAttributeNames(setting: JsonValue | undefined): string[] {
  if (!Array.isArray(setting)) return [];
  return setting
    .filter((entry) => typeof entry === 'string')
    .flatMap((entry) => entry.split(','))
    .map((name) => name.trim().replace(/^[A-Za-z]+\((.*)\)$/u, '$1'))
    .filter((name) => name !== '');
}

function collectText(value: JsonValue, into: string[]): void {
  if (typeof value === 'string' || typeof value === 'number') into.push(String(value));
  else if (Array.isArray(value)) for (const element of value) collectText(element, into);
  else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) collectText(inner, into);
  }
}
