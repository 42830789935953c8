import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { serveFile, startServer } from '../support/file-server.ts';
import { contextOf, readError, readSource } from '../support/read-source.ts';

const LINES = Array.from({ length: 20_000 }, (_, index) => `${index},${Math.sin(index)}`);
const CSV = Buffer.from(`id,value\n${LINES.join('\n')}\n`);

describe('a compressed file', () => {
  it.each([
    ['gzip', gzipSync(CSV)],
    ['x-gzip', gzipSync(CSV)],
    ['deflate', deflateSync(CSV)],
    ['br', brotliCompressSync(CSV)],
    ['zstd', zstdCompressSync(CSV)],
  ])('sent as %s is read as its content', async (encoding, content) => {
    const { url } = await serveFile({ content, headers: { 'content-encoding': encoding } });
    const { texts, batches } = await readSource('csv', contextOf({ url, uniqueIDColumn: 'id' }));
    expect(texts).toHaveLength(LINES.length);
    expect(texts.at(-1)).toBe(`{"objectID":"19999","id":"19999","value":"${Math.sin(19_999)}"}`);
    expect(batches.at(-1)?.sourceBytesRead).toBe(content.length);
  });

  it.each([
    ['gzip', gzipSync(CSV)],
    ['zstd', zstdCompressSync(CSV)],
  ])('is known as %s by its first bytes when no header says so', async (_, content) => {
    const { url } = await serveFile({ content });
    expect((await readSource('csv', contextOf({ url }))).texts).toHaveLength(LINES.length);
  });

  it('goes on from a cursor at the same content', async () => {
    const { url } = await serveFile({ content: gzipSync(CSV), headers: { 'content-encoding': 'gzip' } });
    const context = contextOf(
      { url, uniqueIDColumn: 'id' },
      { limits: { maxRecords: 7000, maxBytes: 10_000_000 } },
    );
    const { texts, batches } = await readSource('csv', context);
    const rest = await readSource('csv', context, batches[0]?.cursor);
    expect(rest.texts).toEqual(texts.slice(7000));
  });

  it.each([
    ['gzip', gzipSync(CSV)],
    ['br', brotliCompressSync(CSV)],
    ['zstd', zstdCompressSync(CSV)],
  ])('that ends in the middle (%s) is an error that may pass', async (encoding, content) => {
    const { url } = await serveFile({
      content: content.subarray(0, content.length >> 1),
      headers: { 'content-encoding': encoding },
    });
    expect(await readError('csv', contextOf({ url }))).toMatchObject({
      code: 'source.truncated',
      disposition: 'retryable',
    });
  });

  it('that is damaged is an error that does not pass', async () => {
    const content = gzipSync(CSV);
    content.fill(0xff, 1000, 1100);
    const { url } = await serveFile({ content });
    expect(await readError('csv', contextOf({ url }))).toMatchObject({
      code: 'source.damaged',
      disposition: 'fatal',
    });
  });

  it('that grows more than a hundredfold is not read on', async () => {
    const content = gzipSync(
      Buffer.concat([Buffer.from('a\n'), Buffer.alloc(100 * 1024 * 1024, `${'x'.repeat(999)}\n`)]),
      {
        level: 9,
      },
    );
    const { url } = await serveFile({ content });
    const before = process.memoryUsage().rss;
    expect(await readError('csv', contextOf({ url }))).toMatchObject({
      code: 'source.decompression_bomb',
      disposition: 'fatal',
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  });

  it('in two layers or in an unknown one is refused', async () => {
    const twice = await serveFile({
      content: gzipSync(gzipSync(CSV)),
      headers: { 'content-encoding': 'gzip' },
    });
    expect(await readError('csv', contextOf({ url: twice.url }))).toMatchObject({
      message: expect.stringMatching(/compressed twice/) as string,
    });
    const unknown = await serveFile({ content: CSV, headers: { 'content-encoding': 'gzip, gzip' } });
    expect(await readError('csv', contextOf({ url: unknown.url }))).toMatchObject({
      code: 'source.unsupported_encoding',
    });
  });

  it('stops its transfer as soon as the run is stopped', async () => {
    const closed = Promise.withResolvers<void>();
    const controller = new AbortController();
    const { url } = await startServer((_, response) => {
      response.on('close', closed.resolve);
      response
        .writeHead(200, { 'content-encoding': 'gzip' })
        .write(gzipSync(CSV).subarray(0, 50_000), () => controller.abort(new Error('stopped by the test')));
    });
    const reading = readSource('csv', contextOf({ url }), undefined, controller.signal);
    await expect(reading).rejects.toThrow('stopped by the test');
    await closed.promise;
  });
});
