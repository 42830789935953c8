import type { JsonObject, JsonValue } from '../json/json-value.ts';
import { splitQuery } from './query-words.ts';

export interface HighlightTags {
  readonly before: string;
  readonly after: string;
}

/** The `_highlightResult` of a record: every text with the beginnings that the query's words match set off. */
export function highlightRecord(
  record: JsonObject,
  words: readonly string[],
  tags: HighlightTags,
): JsonObject {
  const entries = Object.entries(record).filter(([name]) => name !== 'objectID');
  const highlighted = entries.map(([name, value]) => [name, highlightValue(value, words, tags)] as const);
  return Object.fromEntries(
    highlighted.filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  );
}

function highlightValue(
  value: JsonValue,
  words: readonly string[],
  tags: HighlightTags,
): JsonValue | undefined {
  if (typeof value === 'string' || typeof value === 'number')
    return highlightText(String(value), words, tags);
  if (value === null || typeof value === 'boolean') return undefined;
  if (Array.isArray(value)) {
    return value
      .map((element) => highlightValue(element, words, tags))
      .filter((element) => element !== undefined);
  }
  return highlightRecord(value, words, tags);
}

function highlightText(text: string, words: readonly string[], tags: HighlightTags): JsonObject {
  const matched = new Set<string>();
  const value = text.replace(/[\p{L}\p{N}\p{M}\p{Co}]+/gu, (token) => {
    const folded = fold(token);
    const word = words.find((candidate) => folded.startsWith(fold(candidate)));
    if (word === undefined) return token;
    matched.add(word.toLowerCase());
    return `${tags.before}${token.slice(0, word.length)}${tags.after}${token.slice(word.length)}`;
  });
  if (matched.size === 0) return { value, matchLevel: 'none', matchedWords: [] };
  const isFull = words.every((word) => matched.has(word.toLowerCase()));
  return {
    value,
    matchLevel: isFull ? 'full' : 'partial',
    fullyHighlighted: splitQuery(text).length === 1 && words.some((word) => fold(word) === fold(text)),
    matchedWords: [...matched],
  };
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
