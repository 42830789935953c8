import { parseEventParam, parsePath, unsupportedMapping, type ReadValue } from './row-path.ts';

/** `event_name == "purchase"`, `param(engaged) != 1`. */
const COMPARISON = /^(?:param\((\w+)\)|([\w.]+)) *(==|!=) *("[^"\\]*"|-?\d+(?:\.\d+)?|true|false)$/;
const MAX_COMPARISONS = 20;

/** Whether an action is for a row. */
export type Trigger = (row: unknown) => boolean;

/** Reads `true`, `false`, or comparisons of a path or a GA4 event parameter with a constant, joined by `&&`. */
export function parseTrigger(text: string): Trigger {
  const trimmed = text.trim();
  if (trimmed === 'true' || trimmed === 'false') return () => trimmed === 'true';
  // Not within a constant.
  const parts = trimmed.split(/ *&& *(?=(?:[^"]*"[^"]*")*[^"]*$)/, MAX_COMPARISONS + 1);
  if (parts.length > MAX_COMPARISONS) {
    throw unsupportedMapping(`a trigger can have at most ${MAX_COMPARISONS} comparisons`);
  }
  const comparisons = parts.map(parseComparison);
  return (row) => comparisons.every((holds) => holds(row));
}

function parseComparison(text: string): Trigger {
  const [, param, path, operator, constant] = COMPARISON.exec(text) ?? [];
  if (constant === undefined) {
    throw unsupportedMapping(
      `the trigger ${JSON.stringify(text.slice(0, 100))} must be true, false, or comparisons such as ` +
        'event_name == "purchase" or param(engaged) != 1, joined by &&',
    );
  }
  const read: ReadValue = param === undefined ? parsePath(path ?? '') : parseEventParam(param);
  const expected: unknown = JSON.parse(constant);
  // BigQuery gives whole numbers as text.
  const isEqual = (value: unknown) =>
    value === expected || (typeof expected === 'number' && typeof value === 'string' && value === constant);
  return (row) => isEqual(read(row)) === (operator === '==');
}
