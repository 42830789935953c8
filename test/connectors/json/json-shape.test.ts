import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createJsonParser, cutAt, parseChunks, parseJson, toRecords } from '../support/parse-bytes.ts';

/** As they are written: short ones, one that begins another, one that is `a` in disguise. */
const NAMES = ['"a"', '"ab"', '"abcd"', '"abcde"', '"price"', '"objectID"', '""', '"\\u0061"'];

const member = fc.record({
  name: fc.constantFrom(...NAMES),
  colon: fc.constantFrom(':', ':', ':', ' : '),
  value: fc.constantFrom('"x"', '"y,}"', '1', 'null', '{"a":[]}'),
});
const inOrder = fc
  .subarray(NAMES.slice(0, 6))
  .map((names) => names.map((name, index) => ({ name, colon: ':', value: `"${index}"` })));
const records = fc.array(fc.oneof(inOrder, fc.array(member, { maxLength: 6 })), {
  minLength: 1,
  maxLength: 12,
});

describe('records of a JSON file that have the names of the one before, or some of them, or others', () => {
  it('are read as JSON.parse reads them', () => {
    fc.assert(
      fc.property(records, fc.array(fc.nat(), { maxLength: 4 }), (given, cuts) => {
        const texts = given.map(
          (members) => `{${members.map(({ name, colon, value }) => `${name}${colon}${value}`).join(',')}}`,
        );
        const parsed = parseChunks(createJsonParser(), cutAt(Buffer.from(`[${texts.join(',')}]`), cuts));
        const expected = texts.flatMap((text, index) => {
          const record = JSON.parse(text) as Record<string, unknown>;
          const id = record['objectID'] ?? (Object.hasOwn(record, 'objectID') ? null : `record-${index + 1}`);
          if (typeof id !== 'string' && typeof id !== 'number') return [];
          return [{ ...record, objectID: String(id) }];
        });
        expect(toRecords(parsed)).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('keep every byte of their members, numbers and white space included', () => {
    const file = '[{"id":"1","n":1.50,"s": "x"},{"id":"2","n":1e2,"s":  "y"},{"id":"3","s":"z" }]';
    expect(parseJson(file, 'id').texts).toEqual([
      '{"objectID":"1","id":"1","n":1.50,"s": "x"}',
      '{"objectID":"2","id":"2","n":1e2,"s":  "y"}',
      '{"objectID":"3","id":"3","s":"z"}',
    ]);
  });

  it('find their id also where an attribute before it is left out', () => {
    const file = '{"a":1,"b":2,"id":"1","c":3}\n{"b":2,"id":"2"}\n{"id":"3","c":4}\n{"a":1,"c":3}';
    const parsed = parseJson(file, 'id');
    expect(toRecords(parsed).map(({ objectID }) => objectID)).toEqual(['1', '2', '3']);
    expect(parsed.rejected.map(({ code }) => code)).toEqual(['record.missing_id']);
  });
});
