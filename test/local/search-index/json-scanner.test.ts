import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { skipValue, skipWhitespace } from '../../../local/search-index/json/json-scanner.ts';
import { joinMembers, splitMembers } from '../../../local/search-index/json/object-members.ts';

function isAccepted(text: string): boolean {
  const bytes = Buffer.from(text);
  try {
    return skipWhitespace(bytes, skipValue(bytes, skipWhitespace(bytes, 0))) === bytes.length;
  } catch {
    return false;
  }
}

function isParsed(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('every JSON is accepted, with and without white space', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(0, 1, '\t'), (text, space) => {
      expect(isAccepted(JSON.stringify(JSON.parse(text), null, space))).toBe(true);
    }),
  );
});

test('a text is accepted exactly when JSON.parse accepts it, after any small damage', () => {
  const damage = fc.constantFrom(
    '',
    '"',
    '\\',
    '{',
    '}',
    ',',
    ':',
    '0',
    '-',
    '.',
    'e',
    'u00zz',
    '\n',
    'null',
    ' ',
  );
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), fc.nat(), fc.nat(3), damage, (text, at, removed, added) => {
      const position = at % (text.length + 1);
      // Lone halves of characters would change when they are encoded.
      const damaged = (text.slice(0, position) + added + text.slice(position + removed)).toWellFormed();
      expect([damaged, isAccepted(damaged)]).toEqual([damaged, isParsed(damaged)]);
    }),
    { numRuns: 3000 },
  );
});

test('numbers, literals and escapes are held to the letter', () => {
  for (const text of [
    '01',
    '1.',
    '.5',
    '+1',
    '1e',
    '-',
    'tru',
    'nullx',
    'NaN',
    String.raw`"\x"`,
    '"\t"',
    '[1,]',
    '{"a":1,}',
    '',
  ]) {
    expect([text, isAccepted(text)]).toEqual([text, false]);
  }
});

test('members split and joined mean the same object', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (object) => {
      const text = JSON.stringify(object);
      expect(joinMembers(splitMembers(Buffer.from(text)).values()).toString()).toBe(text);
    }),
  );
});
