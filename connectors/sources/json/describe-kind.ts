/** What kind of value a byte begins, in words: `a string`, `an object`. */
export function describeKind(first: number | undefined): string {
  if (first === 0x5b) return 'an array';
  if (first === 0x7b) return 'an object';
  if (first === 0x22) return 'a string';
  if (first === 0x6e) return 'null';
  return first === 0x74 || first === 0x66 ? 'a boolean' : 'a number';
}
