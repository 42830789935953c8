import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  createJsonParser,
  cutAt,
  LARGE_LIMITS,
  parseChunks,
  parseJson,
  SMALL_LIMITS,
} from '../support/parse-bytes.ts';

const NAMES = ['id', 'objectID', 'a', 'name', 'é€', 'a name of more than sixteen bytes', 'a\\n', '__proto__'];
const VALUES = [
  '1',
  '-0.5',
  '12345678901234567890',
  '1e5',
  '1E999',
  '01',
  '1.',
  'true',
  'false',
  'null',
  'nul',
  '""',
  '"x"',
  '"é€😀"',
  '"a string of more than sixteen bytes"',
  '"\\u0041\\n\\\\"',
  '"\\x"',
  '"\\u00g0"',
  '"\t"',
  '[]',
  '{}',
  '[1, "]", {"b":[null]}]',
  '{"id":"inner", "n" : -1}',
  '[1,]',
  '{"a"}',
  '['.repeat(40) + ']'.repeat(40),
  '['.repeat(70) + ']'.repeat(70),
];
const IDS = ['"r1"', '"é"', '7', '-7.5', '"\\u0041"', '""', 'null', '{}', '1e2'];

const space = fc.constantFrom('', '', '', '', ' ', '\n', ' \r\n\t');
const member = fc.tuple(
  fc.constantFrom(...NAMES),
  fc.oneof({ weight: 6, arbitrary: fc.constantFrom('1', '"x"') }, fc.constantFrom(...VALUES)),
);
const id = fc.oneof({ weight: 6, arbitrary: fc.constantFrom('"r1"', '7') }, fc.constantFrom(...IDS));

/** Mostly the same names in the same order, so that what comes later is like what came before. */
const record = fc
  .tuple(
    fc.subarray(['id', 'a', 'name', 'é€', 'a name of more than sixteen bytes'], { minLength: 3 }),
    fc.array(member, { maxLength: 1 }),
    id,
    fc.constantFrom('1', '"x"', 'null', '[1,"2"]'),
    fc.array(space, { minLength: 8, maxLength: 8 }),
  )
  .map(([names, odd, idValue, value, spaces]) => {
    const members = names.map((name) => [name, name === 'id' ? idValue : value] as const);
    const [s0, s1, s2, s3, s4, s5, s6 = '', s7 = ''] = spaces;
    const text = [...members, ...odd]
      .map(([name, text]) => `${s1}"${name}"${s2}:${s3}${text}${s4}`)
      .join(`,${s5}`);
    return { text: `{${s0}${text}}`, before: s6, behind: s7 };
  });

test.each(['sequence', 'array'])(
  'records of a %s that are read behind others are what each is by itself',
  (layout) => {
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 2, maxLength: 12 }),
        fc.constantFrom('id', 'objectID', undefined),
        fc.array(fc.nat(), { maxLength: 4 }),
        fc.boolean(),
        (records, idName, cuts, isSmall) => {
          // One that is broken ends an array, and takes what follows it in a sequence along.
          const whole = records.filter(({ text }) => isRead(text, idName));
          const separator = layout === 'array' ? ',' : '\n';
          const body = whole.map(({ text, before, behind }) => before + text + behind).join(separator);
          const file = Buffer.from(layout === 'array' ? `[${body}]` : body);
          const limits = isSmall ? SMALL_LIMITS : LARGE_LIMITS;
          const { texts, rejected } = parseChunks(createJsonParser(idName), cutAt(file, cuts), limits);
          const alone = whole.map(({ text }) => parseJson(text, idName));
          const expected = alone.flatMap((parsed, index) =>
            parsed.texts.map((text) => text.replace('"record-1"', `"record-${index + 1}"`)),
          );
          expect(texts).toEqual(expected);
          // In a sequence, places are lines.
          const anywhere: unknown = expect.any(Number);
          const places = (index: number) => (layout === 'array' ? index + 1 : anywhere);
          expect(rejected).toMatchObject(
            alone.flatMap(({ rejected }, index) =>
              rejected.map(({ code }) => ({ code, position: places(index) })),
            ),
          );
        },
      ),
      { numRuns: 600 },
    );
  },
);

function isRead(text: string, idName: string | undefined): boolean {
  return parseJson(text, idName).rejected.every(({ code }) => code !== 'json.invalid');
}

test('lines are counted in records that are like those before, and between them', () => {
  const lines = [
    '{"id":1,\n"a":2}',
    '',
    '{"id":2,"a":2}',
    '{"id":3,"a":',
    '2}',
    '{"id":null,"a":2}',
    '{"id":4}{"id":""}',
  ];
  const { texts, rejected } = parseJson(lines.join('\n'), 'id');
  expect(texts.length).toBe(4);
  expect(rejected.map(({ position }) => position)).toEqual([7, 8]);
});
