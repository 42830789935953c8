import { describe, expect, it } from 'vitest';
import type { Cursor } from '../../../core/records/record-batch.ts';
import { SMALL_LIMITS } from '../support/parse-bytes.ts';
import { serveFile, type ServedFile } from '../support/file-server.ts';
import { contextOf, readError, readSource } from '../support/read-source.ts';

const CSV = `\u{feff}id,"na\nme"\r\n${Array.from({ length: 20 }, (_, index) => `${index},"a\nb ${'é'.repeat(index)}"\r\n${index % 5 ? '' : '\r\nbad\r\n'}`).join('')}`;
const ROWS = Array.from({ length: 20 }, (_, index) => JSON.stringify({ id: index, text: 'ü'.repeat(index) }));
const FILES = {
  csv: CSV,
  array: `[\n${ROWS.join(' ,\n').replace('"id":7', '"x":')} ]\n`.replace('{"x":,"text":"üüüüüüü"}', '7'),
  ndjson: `${ROWS.join('\n').replace('"id":7', 'x')}\n`,
};
const KINDS: Partial<ServedFile>[] = [
  { validator: 'strong', ranges: true },
  { validator: 'strong', ranges: false },
  { validator: 'weak' },
  { validator: 'date' },
  { validator: 'none' },
];

const cases = Object.keys(FILES).flatMap((name) => KINDS.map((kind) => ({ name, ...kind })));

describe('reading on from a cursor', () => {
  it.each(cases)(
    'gives what would have followed ($name, validator $validator, ranges $ranges)',
    async ({ name, ...kind }) => {
      const file = { content: Buffer.from(FILES[name as keyof typeof FILES]), ...kind };
      const { url } = await serveFile(file);
      const type = name === 'csv' ? 'csv' : 'json';
      const context = contextOf({ url }, { limits: SMALL_LIMITS });
      const whole = await readSource(type, context);
      expect(whole.batches.length).toBeGreaterThan(5);
      let texts = 0;
      let rejected = 0;
      for (const batch of whole.batches) {
        texts += batch.count;
        rejected += batch.rejected.length;
        expect(JSON.stringify(batch.cursor).length).toBeLessThan(4096);
        const cursor = JSON.parse(JSON.stringify(batch.cursor)) as Cursor;
        const rest = await readSource(type, context, cursor);
        expect(rest.texts).toEqual(whole.texts.slice(texts));
        expect(rest.rejected).toEqual(whole.rejected.slice(rejected));
        expect(rest.batches.at(-1)?.cursor).toEqual(
          batch === whole.batches.at(-1) ? undefined : whole.batches.at(-1)?.cursor,
        );
      }
    },
  );

  it('asks for the header and the rest alone where the server sends parts', async () => {
    const content = Buffer.from(
      `id,v\n${Array.from({ length: 5000 }, (_, index) => `${index},x\n`).join('')}`,
    );
    const server = await serveFile({ content });
    const context = contextOf({ url: server.url }, { limits: { maxRecords: 4900, maxBytes: 1_000_000 } });
    const { batches } = await readSource('csv', context);
    server.sent.bytes = 0;
    const rest = await readSource('csv', context, batches[0]?.cursor);
    expect(rest.texts).toHaveLength(100);
    expect(server.sent.bytes).toBeLessThan(1000);
    expect(server.requests.slice(1).map(({ headers }) => headers.range)).toEqual([
      'bytes=0-4',
      `bytes=${content.length - 701}-`,
    ]);
    expect(rest.batches.at(-1)?.sourceBytesRead).toBe(content.length);
  });

  it.each(KINDS)(
    'of a file that changed starts over (validator $validator, ranges $ranges)',
    async (kind) => {
      const file = { content: Buffer.from(CSV), ...kind };
      const { url } = await serveFile(file);
      const context = contextOf({ url }, { limits: SMALL_LIMITS });
      const { batches } = await readSource('csv', context);
      file.content = Buffer.from(CSV.replace('0,', '99,'));
      const changed = { code: 'source.changed', disposition: 'retryable' };
      expect(await readError('csv', context, batches[2]?.cursor)).toMatchObject(changed);
      file.content = Buffer.from(CSV.slice(0, 40));
      expect(await readError('csv', context, batches[2]?.cursor)).toMatchObject(changed);
    },
  );

  it('with other settings of the source starts over', async () => {
    const { url } = await serveFile({ content: Buffer.from(CSV) });
    const { batches } = await readSource('csv', contextOf({ url }, { limits: SMALL_LIMITS }));
    const error = await readError('csv', contextOf({ url, mapping: { id: 'integer' } }), batches[0]?.cursor);
    expect(error).toMatchObject({
      code: 'source.changed',
      message: expect.stringMatching(/settings of the source/) as string,
    });
  });

  it('of a finished reading gives nothing and asks nothing', async () => {
    const { url, requests } = await serveFile({ content: Buffer.from(CSV) });
    const { batches } = await readSource('csv', contextOf({ url }));
    expect((await readSource('csv', contextOf({ url }), batches.at(-1)?.cursor)).batches).toEqual([]);
    expect(requests).toHaveLength(1);
  });
});
