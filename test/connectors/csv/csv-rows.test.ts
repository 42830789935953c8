import { describe, expect, it } from 'vitest';
import { createCsvParser, parseChunks, parseCsv, toRecords } from '../support/parse-bytes.ts';

describe('rows of a CSV file', () => {
  it.each([
    ['LF', 'id,name\n1,a\n2,b\n'],
    ['CRLF', 'id,name\r\n1,a\r\n2,b\r\n'],
    ['CR', 'id,name\r1,a\r2,b\r'],
    ['mixed', 'id,name\r1,a\r\n2,b'],
  ])('end in %s', (_, content) => {
    expect(parseCsv(content, { uniqueIDColumn: 'id' }).texts).toEqual([
      '{"objectID":"1","id":"1","name":"a"}',
      '{"objectID":"2","id":"2","name":"b"}',
    ]);
  });

  it('keep white space, numbers and backslashes as they stand', () => {
    expect(toRecords(parseCsv('a,b\n 007 ,c:\\x\t\n'))).toEqual([
      { objectID: 'row-2', a: ' 007 ', b: 'c:\\x\t' },
    ]);
  });

  it('may be split from the next by empty lines, which count as lines', () => {
    const { texts, rejected } = parseCsv('a,b\n\n\r\n1,2\n\n3\n');
    expect(texts).toEqual(['{"objectID":"row-4","a":"1","b":"2"}']);
    expect(rejected).toMatchObject([{ position: 6, code: 'csv.too_few_columns' }]);
  });

  it('with another number of fields than the header are rejected one by one, by line', () => {
    const { texts, rejected } = parseCsv('a,b,c,d\n1,2,3,4\n"x\ny",2,3,4\n1,2,3,4,5\n1\n6,7,8,9\n');
    expect(texts).toHaveLength(3);
    expect(rejected).toEqual([
      {
        position: 5,
        code: 'csv.too_many_columns',
        message: 'Line 5 has 5 fields, the header has 4.',
        content: { sizeBytes: 9, text: '1,2,3,4,5' },
      },
      {
        position: 6,
        code: 'csv.too_few_columns',
        message: 'Line 6 has 1 field, the header has 4.',
        content: { sizeBytes: 1, text: '1' },
      },
    ]);
  });

  it('count the lines inside their quotes as an editor does', () => {
    for (const lineEnd of ['\n', '\r\n', '\r']) {
      const { rejected } = parseCsv(['a,b', '1,"x', '', 'y"', 'bad'].join(lineEnd));
      expect(rejected).toMatchObject([{ position: 5 }]);
    }
  });

  it('with broken quotes are rejected with the line and the column, and the next row is read', () => {
    const { texts, rejected } = parseCsv('a,b\n1,5" pipe\n"2" x,y\n3,"a ""b"""\n4,"c"d"e"\n5,z\n');
    expect(texts).toEqual([
      '{"objectID":"row-4","a":"3","b":"a \\"b\\""}',
      '{"objectID":"row-6","a":"5","b":"z"}',
    ]);
    expect(rejected).toMatchObject([
      { position: 2, field: 'b', code: 'csv.bad_quote' },
      { position: 3, field: 'a', code: 'csv.bad_quote' },
      { position: 5, field: 'b', code: 'csv.bad_quote' },
    ]);
    expect(rejected[0]?.message).toContain('Line 2, column "b": has a quote inside a cell');
    expect(rejected[1]?.message).toContain('has text after its closing quote');
  });

  it('that are not UTF-8 are rejected with the column and the byte, and no other row', () => {
    const file = Buffer.concat([
      Buffer.from('id,name\n1,é\n2,caf'),
      Buffer.from([0xe9]),
      Buffer.from('\n3,€\n'),
    ]);
    for (const chunks of [[file], [...file].map((byte) => Buffer.from([byte]))]) {
      const { texts, rejected } = parseChunks(createCsvParser({ uniqueIDColumn: 'id' }), chunks);
      expect(texts).toHaveLength(2);
      expect(rejected).toEqual([
        {
          position: 3,
          field: 'name',
          objectID: '2',
          code: 'record.invalid_utf8',
          message: 'Line 3, column "name": is not valid UTF-8: byte 0xe9, 6 bytes into the row.',
          content: { sizeBytes: 6, text: '2,caf\ufffd' },
        },
      ]);
    }
  });

  it('of a file that ends inside quotes end the reading, by the line where the quote opened', () => {
    const content = 'a,b\n1,2\n3,"four\nfive\n6,7\n';
    expect(() => parseCsv(content)).toThrow(/A quote opened at line 3, in the column "b", is never closed/);
    expect(() => parseCsv('a,b\n"x\n",2\n"y\nz","w')).toThrow(/opened at line 5, in the column "b", is/);
  });

  it('larger than the cap end the reading instead of filling the memory', () => {
    const chunk = Buffer.alloc(1024 * 1024, `${'x'.repeat(99)}\n`);
    function* endless() {
      yield Buffer.from('a,b\n1,2\n3,"');
      for (let index = 0; index < 40; index += 1) yield chunk;
    }
    expect(() => parseChunks(createCsvParser(), endless())).toThrow(/The row at line 3 is larger than 16 MB/);
  });

  it('take their id from the column that the source names, and keep the column', () => {
    const { texts, rejected } = parseCsv('name,sku,objectID\na,7,x\nb,,y\n', { uniqueIDColumn: 'sku' });
    expect(texts).toEqual(['{"objectID":"7","name":"a","sku":"7"}']);
    expect(rejected).toEqual([
      {
        position: 3,
        field: 'sku',
        code: 'record.missing_id',
        message: 'Line 3, column "sku": is empty, but it holds the id of the record.',
        content: { sizeBytes: 4, text: 'b,,y' },
      },
    ]);
  });

  it('have the column objectID as id when the source names none', () => {
    expect(parseCsv('name,objectID\na,"x""1"\n').texts).toEqual(['{"objectID":"x\\"1","name":"a"}']);
  });

  it('keep columns named like parts of every object', () => {
    const { texts } = parseCsv('__proto__,constructor\n1,2\n');
    expect(texts).toEqual(['{"objectID":"row-2","__proto__":"1","constructor":"2"}']);
  });
});

describe('the header of a CSV file', () => {
  it.each([
    ['', {}, 'The file is empty: it has no header row'],
    ['\u{feff}\n\n', {}, 'The file is empty'],
    ['a,,c\n', {}, 'Column 2 of the header has no name'],
    ['a,b,a\n', {}, 'The header has the column "a" twice'],
    ['a,b"c\n', {}, 'column 2 has a quote'],
    [
      'a,b\n',
      { mapping: { price: 'integer' as const } },
      'mapping names the column "price", which the header does not have. It has "a", "b".',
    ],
    [
      'a;b\n',
      { uniqueIDColumn: 'b' },
      'uniqueIDColumn names the column "b", which the header does not have. It has "a;b". Check the delimiter',
    ],
  ])('%j with %j is refused: %s', (content, input, message) => {
    expect(() => parseCsv(content, input)).toThrow(message);
  });

  it('may be all there is', () => {
    expect(parseCsv('a,b\n')).toEqual({ texts: [], rejected: [] });
    expect(parseCsv('a,b')).toEqual({ texts: [], rejected: [] });
  });

  it('may follow a byte order mark and have names that JSON escapes', () => {
    expect(parseCsv('\u{feff}"a ""x""",b\\\n1,2\n').texts).toEqual([
      '{"objectID":"row-2","a \\"x\\"":"1","b\\\\":"2"}',
    ]);
  });

  it('that is not UTF-8 is refused', () => {
    expect(() => parseCsv(Buffer.from([0x61, 0xe9, 0x0a]))).toThrow('The header is not valid UTF-8');
  });
});
