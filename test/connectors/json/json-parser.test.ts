import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createJsonParser,
  cutAt,
  LARGE_LIMITS,
  parseChunks,
  parseJson,
  SMALL_LIMITS,
  toRecords,
} from '../support/parse-bytes.ts';

/**
 * Not ending in a backslash: Node 24's own `JSON.parse`, which tells here what is right, then takes the name `"` in the next
 * object for that backslash.
 */
const key = fc.oneof(
  fc.constantFrom('objectID', 'id', 'a', '__proto__', 'é"', ''),
  fc.string({ maxLength: 4 }).filter((name) => !name.endsWith('\\')),
);
const record = fc.dictionary(key, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 6 });
const layout = fc.constantFrom(
  { name: 'array', write: (texts: string[]) => `[${texts.join(' ,\n')}]\n` },
  { name: 'ndjson', write: (texts: string[]) => texts.join('\n') },
  { name: 'sequence', write: (texts: string[]) => `\n${texts.join(' ')}\r\n\n` },
);

describe('a JSON file', () => {
  it('gives the records that JSON.parse gives, wherever the stream is cut', () => {
    const given = fc.record({
      records: fc.array(record, { maxLength: 8 }),
      layout,
      indent: fc.constantFrom(0, 2),
      cuts: fc.array(fc.nat(), { maxLength: 8 }),
      isSmall: fc.boolean(),
      hasMark: fc.boolean(),
    });
    fc.assert(
      fc.property(given, ({ records, layout, indent, cuts, isSmall, hasMark }) => {
        const texts = records.map((value) => JSON.stringify(value, null, indent));
        const bytes = Buffer.from((hasMark ? '\u{feff}' : '') + layout.write(texts));
        const parsed = parseChunks(
          createJsonParser(),
          cutAt(bytes, cuts),
          isSmall ? SMALL_LIMITS : LARGE_LIMITS,
        );
        const expected = texts.map((text) => JSON.parse(text) as Record<string, unknown>);
        const good = expected.flatMap((value, index) => {
          const id = Object.hasOwn(value, 'objectID') ? value['objectID'] : `record-${index + 1}`;
          if ((typeof id !== 'string' && typeof id !== 'number') || id === '') return [];
          return [
            JSON.parse(
              JSON.stringify({ ...value, objectID: typeof id === 'string' ? id : JSON.stringify(id) }),
            ),
          ];
        });
        expect(toRecords(parsed)).toEqual(good);
        expect(parsed.rejected).toHaveLength(expected.length - good.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('is refused or read as JSON.parse would, whatever its text', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'{}[]",:\\u0a1eE+-.tfn ', 'true', 'null', '"a"', 'é', '\n', '0'),
      maxLength: 30,
    });
    fc.assert(
      fc.property(text, (value) => {
        // JSON.parse makes Infinity of these; here they are refused.
        fc.pre(!/e\+?\d{3}/i.test(value));
        const isValid = (() => {
          try {
            const number = JSON.stringify(JSON.parse(value));
            return number !== undefined;
          } catch {
            return false;
          }
        })();
        const file = `[{"v":${value}}]`;
        let isRead = false;
        try {
          isRead = parseJson(file).texts.length === 1 && parseJson(file).rejected.length === 0;
        } catch {
          isRead = false;
        }
        // A fragment can close the record and open another one: JSON.parse of the whole decides then.
        expect([file, isRead]).toEqual([file, isValid || isArrayOfOneObject(file)]);
      }),
      { numRuns: 5000 },
    );
  });

  it('gives every record byte for byte, but for its id', () => {
    const file =
      '[ {"n": 9007199254740993 ,"f":1.50,"e":1E2,"u":"\\u00e9\\/","objectID":"a" , "z":[ 1 ]}, {"objectID":"b","x":-0.0} ]';
    expect(parseJson(file).texts).toEqual([
      '{"objectID":"a","n": 9007199254740993 ,"f":1.50,"e":1E2,"u":"\\u00e9\\/","z":[ 1 ]}',
      '{"objectID":"b","x":-0.0}',
    ]);
  });

  it('takes ids from the attribute that the source names: strings, and numbers as their text', () => {
    const { texts, rejected } = parseJson(
      '{"sku":"\\u0041","objectID":1}\n{"sku":12345678901234567890}\n{"x":1}\n{"sku":""}\n{"sku":null}\n{"sku":[1]}\n{"sku":true}\n',
      'sku',
    );
    expect(texts).toEqual([
      '{"objectID":"A","sku":"\\u0041"}',
      '{"objectID":"12345678901234567890","sku":12345678901234567890}',
    ]);
    expect(rejected.map(({ position, code }) => [position, code])).toEqual([
      [3, 'record.missing_id'],
      [4, 'record.missing_id'],
      [5, 'record.missing_id'],
      [6, 'record.bad_id'],
      [7, 'record.bad_id'],
    ]);
    expect(rejected[0]?.message).toBe(
      'The record at line 3 has no id: the attribute "sku" is missing, empty or null.',
    );
    expect(rejected[3]?.message).toContain('the id in "sku" is an array');
  });

  it('has the last of names that occur twice, however they are written', () => {
    expect(parseJson('[{"a":1,"b":2,"a":3,"objectID":"x","\\u006fbjectID":"y","b":4}]').texts).toEqual([
      '{"objectID":"y","a":3,"b":4}',
    ]);
    const many = Array.from({ length: 9000 }, (_, index) => `"k${index % 6000}":${index}`).join(',');
    expect(toRecords(parseJson(`{${many}}`))).toEqual([
      { objectID: 'record-1', ...(JSON.parse(`{${many}}`) as object) },
    ]);
  });

  it('with elements that are no objects rejects them by their number', () => {
    expect(parseJson('[{"a":1},2,"x",null,[{}],true,{}]')).toMatchObject({
      texts: ['{"objectID":"record-1","a":1}', '{"objectID":"record-7"}'],
      rejected: [
        { position: 2, code: 'json.not_an_object', message: 'Element 2 is a number, not an object.' },
        { position: 3, code: 'json.not_an_object', message: 'Element 3 is a string, not an object.' },
        { position: 4, code: 'json.not_an_object', message: 'Element 4 is null, not an object.' },
        { position: 5, code: 'json.not_an_object', message: 'Element 5 is an array, not an object.' },
        { position: 6, code: 'json.not_an_object', message: 'Element 6 is a boolean, not an object.' },
      ],
    });
  });

  it('with a record that is not UTF-8 rejects that one and names the byte', () => {
    const bytes = Buffer.concat([
      Buffer.from('[{"a":"é"},\n{"a":"'),
      Buffer.from([0xff]),
      Buffer.from('"},{"a":"€"}]'),
    ]);
    for (const chunks of [[bytes], [...bytes].map((byte) => Buffer.from([byte]))]) {
      const { texts, rejected } = parseChunks(createJsonParser(), chunks);
      expect(texts).toHaveLength(2);
      expect(rejected).toEqual([
        {
          position: 2,
          code: 'record.invalid_utf8',
          message: 'Element 2 is not valid UTF-8 at byte 19 of the file.',
          content: { sizeBytes: 9, text: '{"a":"\ufffd"}' },
        },
      ]);
    }
  });

  it('of lines rejects a broken line and reads on', () => {
    const { texts, rejected } = parseJson('{"a":1}\n{"a":2,}\n{"a":\n\n{"a":4}\n{"a":"x\n{"a":6}\n');
    expect(texts.map((text) => text.slice(-6))).toEqual(['"a":1}', '"a":4}', '"a":6}']);
    expect(rejected.map(({ position, code }) => [position, code])).toEqual([
      [2, 'json.invalid'],
      [3, 'json.invalid'],
      [6, 'json.invalid'],
    ]);
    expect(rejected[0]?.message).toBe(
      'The record at line 2 is not valid JSON: a name in quotes was expected, "}" was found (byte 15 of the file).',
    );
  });

  it.each([
    ['[{"a":1},{"a":2', 'json.cut', /1 record is complete, the next one at line 1 is cut at byte 15/],
    ['[{"a":1},', 'json.cut', /1 record is complete/],
    ['[', 'json.cut', /0 records are complete/],
    ['{"a":1}\n{"a":', 'json.cut', /1 record is complete, the next one at line 2 is cut at byte 13/],
    [
      '[{"a":1}]\n]',
      'json.trailing_garbage',
      /complete after 1 elements, but more follows \(line 2, byte 10/,
    ],
    [
      '[{"a":1} {"a":2}]',
      'json.invalid',
      /After element 1 a comma or \] was expected, "\{" was found \(line 1, byte 9/,
    ],
    ['[{"a":1},]', 'json.invalid', /Element 2 is not valid JSON: a value was expected, "\]" was found/],
    [
      '[{"a":1},\n{"a":x}]',
      'json.invalid',
      /Element 2 is not valid JSON: .* "x" was found \(line 2, byte 15/,
    ],
    ['hello', 'json.invalid', /it begins with "h"/],
    ['"x"', 'json.invalid', /The file is not JSON/],
    [`[{"a":${'['.repeat(64)}${']'.repeat(64)}}]`, 'json.invalid', /nested more than 64 deep/],
  ])('%s cannot be read to its end (%s)', (content, code, message) => {
    expect(() => parseJson(content)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error,
    );
  });

  it('may hold nothing', () => {
    for (const content of ['', '\n \n', '[]', ' [ \n ] ', '\u{feff}', '\u{feff}[]']) {
      expect(parseJson(content)).toEqual({ texts: [], rejected: [] });
    }
  });

  it('may nest 64 deep', () => {
    expect(parseJson(`[{"a":${'['.repeat(63)}${']'.repeat(63)}}]`).texts).toHaveLength(1);
  });

  it('with one endless record ends the reading instead of filling the memory', () => {
    const chunk = Buffer.alloc(1024 * 1024, '1,');
    function* endless() {
      yield Buffer.from('{"data":[');
      for (let index = 0; index < 40; index += 1) yield chunk;
    }
    expect(() => parseChunks(createJsonParser(), endless())).toThrow(/larger than 16 MB/);
  });

  it.each(['movies.json', 'cars.json', 'barley.json', 'monarchs.json', 'penguins.json', 'earthquakes.json'])(
    'of real data (%s) keeps every value',
    (name) => {
      const bytes = readFileSync(
        new URL(`../../../node_modules/vega-datasets/data/${name}`, import.meta.url),
      );
      const parsed = parseChunks(
        createJsonParser(),
        cutAt(
          bytes,
          Array.from({ length: 40 }, (_, index) => index * 7919),
        ),
      );
      const value = JSON.parse(bytes.toString()) as object | object[];
      const records = Array.isArray(value) ? value : [value];
      expect(parsed.rejected).toEqual([]);
      expect(toRecords(parsed)).toEqual(
        records.map((row, index) => ({ objectID: `record-${index + 1}`, ...row })),
      );
    },
  );
});

function isArrayOfOneObject(text: string): boolean {
  try {
    const value = JSON.parse(text) as unknown;
    return Array.isArray(value) && value.length === 1 && typeof value[0] === 'object';
  } catch {
    return false;
  }
}
