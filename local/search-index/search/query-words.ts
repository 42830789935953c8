// The same letters, digits and marks that the tokenizer of full text takes for parts of words.
const WORD = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;

export type QueryType = 'prefixLast' | 'prefixAll' | 'prefixNone';

/** The words of a query. */
export function splitQuery(query: string): string[] {
  return query.match(WORD) ?? [];
}

/** The words as a query of SQLite's FTS5: all of them, the last one (by default) as a beginning. */
export function toMatch(words: readonly string[], queryType: QueryType): string {
  return words
    .map((word, position) => {
      const isPrefix =
        queryType === 'prefixAll' || (queryType === 'prefixLast' && position === words.length - 1);
      return isPrefix ? `"${word}"*` : `"${word}"`;
    })
    .join(' AND ');
}
