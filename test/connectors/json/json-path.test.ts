import { describe, expect, it } from 'vitest';
import { parseRecordPointer } from '../../../core/sources/record-pointer.ts';
import { serveFile } from '../support/file-server.ts';
import { SMALL_LIMITS } from '../support/parse-bytes.ts';
import { contextOf, readError, readSource } from '../support/read-source.ts';

const PRODUCTS = Array.from({ length: 20 }, (_, index) => ({ id: `p${index}`, text: 'é'.repeat(index) }));
const DOCUMENT = {
  meta: { products: [1, 2], text: 'a "quoted" {[text', deep: [[[{}]]] },
  number: -1.5e3,
  data: { other: [PRODUCTS], 'a/b~c': { list: [null, PRODUCTS] }, after: true },
  end: [],
};
const POINTER = '#/data/a~1b~0c/list/1';

async function serve(text: string, fragment: string) {
  const server = await serveFile({ content: Buffer.from(text) });
  return {
    server,
    context: contextOf({ url: server.url + fragment, uniqueIDColumn: 'id' }, { limits: SMALL_LIMITS }),
  };
}

describe('an array of records under a path', () => {
  it.each([JSON.stringify(DOCUMENT), `\u{feff}${JSON.stringify(DOCUMENT, null, 2)}\n`])(
    'is found, and goes on from every cursor by asking for the rest alone',
    async (text) => {
      const { server, context } = await serve(text, POINTER);
      const whole = await readSource('json', context);
      expect(whole.texts.map((line) => (JSON.parse(line) as { id: string }).id)).toEqual(
        PRODUCTS.map(({ id }) => id),
      );
      // The fragment is for the reader alone.
      expect(server.requests[0]?.url).toBe('/file?key=secret');
      let done = 0;
      for (const { cursor, count } of whole.batches) {
        done += count;
        const rest = await readSource('json', context, cursor);
        expect(rest.texts).toEqual(whole.texts.slice(done));
      }
      expect(server.requests.some(({ headers }) => headers.range !== undefined)).toBe(true);
    },
  );

  it('is found wherever the document is cut', async () => {
    const { parseChunks, cutAt } = await import('../support/parse-bytes.ts');
    const { JsonParser } = await import('../../../connectors/sources/json/json-parser.ts');
    const bytes = Buffer.from(JSON.stringify(DOCUMENT, null, 1));
    const read = (cuts: number[]) => {
      const path = parseRecordPointer(`https://example.com/${POINTER}`) ?? [];
      const parser = new JsonParser({ path, positionStem: 'record-' });
      return parseChunks(parser, cutAt(bytes, cuts));
    };
    const whole = read([]);
    expect(whole.texts).toHaveLength(20);
    for (let cut = 0; cut < bytes.length; cut += 1) expect(read([cut, cut + 7])).toEqual(whole);
  });

  it('counts lines and elements in what it rejects', async () => {
    const { context } = await serve('{\n"a":\n[\n{"id":1},\n7]}', '#/a');
    const { rejected } = await readSource('json', context);
    expect(rejected).toMatchObject([{ position: 2, code: 'json.not_an_object' }]);
  });

  it.each([
    [
      '{"data":{"items":[]}}',
      '#/data/products',
      /nothing at "\/data\/products": the object at "\/data" has no "products"/,
    ],
    ['{"data":[[]]}', '#/data/3', /the array at "\/data" has no "3"/],
    ['{"data":5}', '#/data/products', /the value at "\/data" is neither an object nor an array/],
    ['{"data":{"a":1}}', '#/data', /The value at "\/data" is an object, not an array/],
    ['{"data" 5}', '#/data', /a colon was expected/],
    ['{"x":{"y":tru},"data":[]}', '#/data', /line 1, byte \d+ of the file/],
    ['{"x":{"y":', '#/data', /ends in the middle/],
    ['{"data":[{"id":1}', '#/data', /ends in the middle/],
    ['', '#/data', /ends in the middle/],
    [`{"x":${'['.repeat(100)}`, '#/data', /nested more than 64 deep/],
  ])(
    'that %s does not have at %s is an error that says where it is looked for',
    async (text, fragment, message) => {
      const { context } = await serve(text, fragment);
      expect((await readError('json', context)).message).toMatch(message);
    },
  );

  it('behind more than can be passed over ends the reading instead of filling the memory', async () => {
    const { context } = await serve(`{"x":"${'x'.repeat(17 * 1024 * 1024)}","data":[]}`, '#/data');
    expect(await readError('json', context)).toMatchObject({ code: 'record.over_the_cap' });
  });
});

describe('a JSON Pointer in a URL', () => {
  it.each([
    ['https://example.com/a.json', []],
    ['https://example.com/a.json#', []],
    ['sftp://example.com/a.json#/data/products', ['data', 'products']],
    ['https://example.com/a.json#/a~1b/~01/%C3%A9/', ['a/b', '~1', 'é', '']],
    ['https://example.com/a.json#data', undefined],
    ['https://example.com/a.json#/a~2', undefined],
    ['https://example.com/a.json#/%E9', undefined],
    [`https://example.com/a.json#${'/a'.repeat(65)}`, undefined],
  ])('%s is read as %j', (url, steps) => {
    expect(parseRecordPointer(url)).toEqual(steps);
  });
});
