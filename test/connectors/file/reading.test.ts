import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openSource } from '../../../connectors/registry.ts';
import { createHttpClient } from '../../../connectors/http/http-client.ts';
import { createHttpTransport } from '../../../connectors/sources/file/http-transport.ts';
import { letGoOf } from '../../../connectors/sources/file/open-file.ts';
import { readFile } from '../../../connectors/sources/file/read-file.ts';
import { createCsvParser, LARGE_LIMITS } from '../support/parse-bytes.ts';
import { startServer } from '../support/file-server.ts';
import { contextOf, readSource } from '../support/read-source.ts';

describe('reading a file', () => {
  it('holds a few batches of it in memory, however long it is', async () => {
    const line = `,"${'some text of a record '.repeat(8)}",1,2,3\n`;
    const { url } = await startServer((_, response) => {
      response.writeHead(200).write('id,text,a,b,c\n');
      let row = 0;
      const fill = () => {
        while (row < 400_000) {
          const block = Array.from({ length: 1000 }, (_, index) => `${row + index}${line}`).join('');
          row += 1000;
          if (!response.write(block)) return void response.once('drain', fill);
        }
        response.end();
      };
      fill();
    });
    let records = 0;
    let highest = 0;
    const source = await openSource(
      'csv',
      contextOf({ url, uniqueIDColumn: 'id' }, { limits: { maxRecords: 5000, maxBytes: 2_000_000 } }),
    );
    const before = process.memoryUsage().rss;
    for await (const batch of source.read(undefined, new AbortController().signal)) {
      records += batch.count;
      highest = Math.max(highest, process.memoryUsage().rss - before);
    }
    expect(records).toBe(400_000);
    expect(highest).toBeLessThan(120 * 1024 * 1024);
  });

  it('gives the memory of a chunk back, unless something else lies in it or somebody else may read it', () => {
    const chunk = () => Buffer.allocUnsafeSlow(100);
    const [alone, shared, others] = [chunk(), chunk(), chunk()];
    const answer = { statusCode: 200, headers: {}, body: Readable.from([]), url: '' };
    const letGo = letGoOf({ ...answer, areChunksOurs: true });
    letGo(alone);
    letGo(shared.subarray(10));
    letGoOf(answer)(others);
    expect([alone, shared, others].map(({ length }) => length)).toEqual([0, 100, 100]);
  });

  it('ends in an error that may pass when the server falls silent', async () => {
    const { url } = await startServer((_, response) => response.writeHead(200).write('a\n1\n'));
    const client = createHttpClient(contextOf({}).network, { timeouts: { idleMilliseconds: 100 } });
    const request = {
      transport: createHttpTransport(client),
      url,
      method: 'GET',
      authentication: undefined,
      format: 'CSV',
      paceMilliseconds: 60_000,
      signal: new AbortController().signal,
    } as const;
    const reading = readFile(
      { request, parser: createCsvParser(), limits: LARGE_LIMITS, input: 0 },
      undefined,
    );
    await expect(reading.next()).rejects.toMatchObject({ code: 'http.timeout', disposition: 'retryable' });
    client.close();
  });

  it('takes no body for whole that is shorter or longer than its Content-Length', async () => {
    for (const promised of ['5', '7']) {
      const answer = {
        statusCode: 200,
        headers: { 'content-length': promised },
        body: Readable.from([Buffer.from('a\n1\n2\n')]),
        url: 'http://127.0.0.1/file',
      };
      const request = {
        transport: { fetch: async () => answer, close: () => {} },
        url: answer.url,
        method: 'GET',
        authentication: undefined,
        format: 'CSV',
        paceMilliseconds: 60_000,
        signal: new AbortController().signal,
      } as const;
      const reading = readFile(
        { request, parser: createCsvParser(), limits: LARGE_LIMITS, input: 0 },
        undefined,
      );
      await expect(reading.next()).rejects.toMatchObject({
        code: 'source.truncated',
        disposition: 'retryable',
      });
    }
  });

  it('gives batches within their limits, each with where it stands', async () => {
    const { url } = await startServer((_, response) => {
      response.end(
        `[${Array.from({ length: 10 }, (_, index) => JSON.stringify({ objectID: `${index}`, text: 'x'.repeat(index * 30) })).join()},${'1,'.repeat(6)}2]`,
      );
    });
    const { batches } = await readSource(
      'json',
      contextOf({ url }, { limits: { maxRecords: 4, maxBytes: 250 } }),
    );
    expect(
      batches.map(({ count, rejected, firstPosition }) => [firstPosition, count, rejected.length]),
    ).toEqual([
      [1, 3, 0],
      [4, 1, 0],
      [5, 1, 0],
      [6, 1, 0],
      [7, 1, 0],
      [8, 1, 0],
      [9, 1, 0],
      [10, 1, 0],
      [0, 0, 4],
      [0, 0, 3],
    ]);
    for (const { bytes, count } of batches) expect(count <= 1 || bytes.length <= 250).toBe(true);
  });

  it('makes the same ids in every run for records that bring none', async () => {
    const { url } = await startServer((_, response) => response.end('{"a":1} {"a":2}\n{"a":3}'));
    const first = await readSource('json', contextOf({ url }));
    const again = await readSource('json', contextOf({ url }, { limits: { maxRecords: 1, maxBytes: 1 } }));
    const other = await readSource('json', contextOf({ url }, { taskID: 'task-2' }));
    expect(again.texts).toEqual(first.texts);
    expect(new Set([...first.texts, ...other.texts]).size).toBe(6);
  });
});
