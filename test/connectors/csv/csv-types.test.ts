import { describe, expect, it } from 'vitest';
import type { CsvType } from '../../../connectors/sources/csv/csv-input.ts';
import { parseCsv } from '../support/parse-bytes.ts';

/** The value as it stands in the record, or the rejection. */
function cast(type: CsvType, text: string) {
  const { texts, rejected } = parseCsv(`id,v\n1,"${text.replaceAll('"', '""')}"\n`, {
    uniqueIDColumn: 'id',
    mapping: { v: type },
  });
  return texts[0]?.slice('{"objectID":"1","id":"1","v":'.length, -1) ?? rejected[0];
}

describe('a mapped cell', () => {
  it.each([
    ['integer', '0', '0'],
    ['integer', '-12', '-12'],
    ['integer', '9007199254740993', '9007199254740993'],
    ['integer', '123456789012345678901234567890', '123456789012345678901234567890'],
    ['integer', ' 5\t', '5'],
    ['integer', '', 'null'],
    ['float', '1.50', '1.50'],
    ['float', '-0.0', '-0.0'],
    ['float', '0.1000000000000000055511151231257827', '0.1000000000000000055511151231257827'],
    ['float', '6.02E+23', '6.02E+23'],
    ['float', '7', '7'],
    ['float', '  ', 'null'],
    ['boolean', 'TRUE', 'true'],
    ['boolean', 'yes', 'true'],
    ['boolean', '1', 'true'],
    ['boolean', 'False', 'false'],
    ['boolean', 'No', 'false'],
    ['boolean', '0', 'false'],
    ['boolean', '', 'null'],
    ['json', '{"a":[1, 9007199254740993,"x\\n"]}', '{"a":[1, 9007199254740993,"x\\n"]}'],
    ['json', ' "text" ', '"text"'],
    ['json', 'null', 'null'],
    ['json', '', 'null'],
    ['string', '', '""'],
    ['string', ' 1 ', '" 1 "'],
  ] as const)('of type %s reads %j as %s', (type, text, expected) => {
    expect(cast(type, text)).toBe(expected);
  });

  it.each([
    [
      'integer',
      ['007', '+5', '1.0', '1e3', '-', '12a', '1 2', '١', 'NaN', '0x1f', '1,000'],
      'csv.bad_number',
    ],
    [
      'float',
      ['1.', '.5', '01.5', '+1.5', '1e', '1e400', `${'9'.repeat(400)}`, 'Infinity', 'NaN', '1,5', '--1'],
      'csv.bad_number',
    ],
    ['boolean', ['t', 'y', 'on', '2', 'truee', '\u0011', 'trueish'], 'csv.bad_boolean'],
    ['json', ['{', '{a:1}', '[1,]', '1 2', 'nul', '"a', '{"a":01}', '[1e999]'], 'csv.bad_json'],
  ] as const)('of type %s refuses what is none', (type, texts, code) => {
    for (const text of texts) {
      expect([text, cast(type, text)]).toMatchObject([
        text,
        { position: 2, field: 'v', objectID: '1', code },
      ]);
    }
  });

  it('is named in its rejection with the line, the column and a short harmless excerpt', () => {
    expect(cast('integer', '19x7')).toMatchObject({
      message: expect.stringContaining('Line 2, column "v": "19x7" is not an integer') as string,
    });
    const long = cast('json', `\u001B[31m${'long '.repeat(100)}`) as { message: string };
    expect(long.message).toContain('\u{fffd}[31mlong long');
    expect(long.message).toContain('…" is not valid JSON');
    expect(long.message.length).toBeLessThan(150);
  });
});
