import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSampleFiles } from '../../../local/sample/sample-files.ts';
import { startSampleServer } from '../../../local/sample/sample-server.ts';

let server: Awaited<ReturnType<typeof startSampleServer>>;
let csv: Buffer;

beforeAll(async () => {
  const files = await readSampleFiles();
  csv = files.find(({ name }) => name === 'airports.csv')?.contents ?? Buffer.alloc(0);
  server = await startSampleServer(files, 0);
});

afterAll(() => server.stop());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}${path}`, { headers });

describe('the sample server', () => {
  it('serves the real files with their types and a strong tag', async () => {
    const response = await get('/airports.csv');
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('etag')).toMatch(/^"[0-9a-f]{32}"$/);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(csv);
    const movies = await get('/movies.json');
    expect(movies.headers.get('content-type')).toBe('application/json');
    expect(await movies.json()).toHaveLength(3201);
  });

  it.each([
    ['bytes=0-9', 0, 10],
    ['bytes=100-', 100, undefined],
    ['bytes=-5', -5, undefined],
    ['bytes=100-99999999', 100, undefined],
  ])('sends the part that %s asks for', async (range, start, end) => {
    const response = await get('/airports.csv', { range });
    expect(response.status).toBe(206);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(csv.subarray(start, end));
    expect(response.headers.get('content-range')).toMatch(new RegExp(`^bytes \\d+-\\d+/${csv.length}$`));
  });

  it('sends all of a file that is no longer the one asked for, and nothing beyond its end', async () => {
    const changed = await get('/airports.csv', { range: 'bytes=5-', 'if-range': '"another"' });
    expect(changed.status).toBe(200);
    expect((await changed.arrayBuffer()).byteLength).toBe(csv.length);
    const beyond = await get('/airports.csv', { range: `bytes=${csv.length}-` });
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get('content-range')).toBe(`bytes */${csv.length}`);
  });

  it('says when nothing has changed, and when there is no such file', async () => {
    const etag = (await get('/airports.csv')).headers.get('etag') ?? '';
    expect((await get('/airports.csv', { 'if-none-match': etag })).status).toBe(304);
    expect((await get('/../package.json')).status).toBe(404);
  });
});
