import { AlgoliaError } from '../algolia-error.ts';

/** A word of a filter expression; `isQuoted` words are never keywords. */
export interface FilterToken {
  readonly kind: 'word' | 'open' | 'close' | 'colon' | 'operator';
  readonly text: string;
  readonly isQuoted: boolean;
  readonly position: number;
}

// In order: quoted text, an operator, a single sign, a plain word (a colon inside ends it, as attribute and value part there).
const TOKEN =
  /\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(<=|>=|!=|<|>|=)|([():])|([^\s():<>=!"']+[^\s():<>=!]*))/uy;

/** Splits a filter expression into its words and signs; throws Algolia's 400 where none can be read. */
export function splitFilter(expression: string): FilterToken[] {
  const tokens: FilterToken[] = [];
  TOKEN.lastIndex = 0;
  const text = expression.trimEnd();
  while (TOKEN.lastIndex < text.length) {
    const position = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw createFilterError(expression, position, 'Unexpected character');
    tokens.push(toToken(match, position));
  }
  return tokens;
}

export function createFilterError(expression: string, position: number, problem: string): AlgoliaError {
  return new AlgoliaError(400, `filters: ${problem} at col ${position + 1} in "${expression}"`);
}

function toToken(match: RegExpExecArray, position: number): FilterToken {
  const [, double, single, operator, sign, word] = match;
  const quoted = double ?? single;
  if (quoted !== undefined) {
    return { kind: 'word', text: quoted.replace(/\\(.)/gu, '$1'), isQuoted: true, position };
  }
  if (operator !== undefined) return { kind: 'operator', text: operator, isQuoted: false, position };
  if (sign === '(') return { kind: 'open', text: sign, isQuoted: false, position };
  if (sign === ')') return { kind: 'close', text: sign, isQuoted: false, position };
  if (sign === ':') return { kind: 'colon', text: sign, isQuoted: false, position };
  return { kind: 'word', text: word ?? '', isQuoted: false, position };
}
