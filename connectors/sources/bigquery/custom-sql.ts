/** What may hold a `%s` that is none, and the placeholder itself, alone within backticks or without. */
const TOKENS =
  /"""(?:[^\\]|\\.)*?"""|'''(?:[^\\]|\\.)*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|(?:--|#)[^\n]*|\/\*.*?\*\/|`[^`]*`|%s\b/gs;

/** Whether the request has the placeholder. */
export function hasPlaceholder(request: string): boolean {
  return [...request.matchAll(TOKENS)].some(([token]) => isPlaceholder(token));
}

/** Puts what is read in place of each `%s`; one within a text or a comment (`LIKE '%shirt'`) stays. */
export function fillPlaceholder(request: string, relation: string): string {
  return request.replaceAll(TOKENS, (token) => (isPlaceholder(token) ? relation : token));
}

function isPlaceholder(token: string): boolean {
  return token === '%s' || token === '`%s`';
}
