import { describe, expect, it } from 'vitest';
import { startLocalIndex } from './local-index.ts';
import { openAt, signal } from './open.ts';
import { startSearchService } from './search-service.ts';

async function fill(client: Awaited<ReturnType<typeof startLocalIndex>>['client'], ids: readonly string[]) {
  const objects = ids.map((objectID) => ({ objectID, name: 'x'.repeat(50) }));
  await client.saveObjects({ indexName: 'shop', objects, waitForTasks: true });
}

const idsOf = async (destination: ReturnType<typeof openAt>, ...entities: string[]) =>
  (await destination.listParts?.(new Set(entities), signal))?.toSorted();

describe('the parts of entities in an index', () => {
  it('are found wherever they lie among 2,500 records', async () => {
    const { url, client } = await startLocalIndex();
    const products = Array.from({ length: 1_250 }, (_, number) => number);
    await fill(
      client,
      products.flatMap((number) => [`${number}-1`, `${number}-2`]),
    );
    const found = await idsOf(openAt(url), '0', '624', '1249', 'unknown');
    expect(found).toEqual(['0-1', '0-2', '1249-1', '1249-2', '624-1', '624-2']);
  });

  it('are told by the last dash: an id may have dashes, and the beginning of another is not meant', async () => {
    const { url, client } = await startLocalIndex();
    await fill(client, ['1-1', '11-1', '1', '1-1-1', 'a-b-1', 'a-1', '-1', 'a-b']);
    const destination = openAt(url);
    expect(await idsOf(destination, '1')).toEqual(['1-1']);
    expect(await idsOf(destination, 'a-b')).toEqual(['a-b-1']);
    expect(await idsOf(destination, 'a')).toEqual(['a-1', 'a-b']);
    expect(await idsOf(destination)).toEqual([]);
  });

  it('are none where the index is not there yet', async () => {
    const { url } = await startLocalIndex();
    expect(await idsOf(openAt(url), '1')).toEqual([]);
  });

  it('are looked for in every page that a service gives, with one that is empty among them', async () => {
    const service = await startSearchService();
    const pageOf = (objectIDs: readonly string[], cursor?: string) => ({
      status: 200,
      body: { hits: objectIDs.map((objectID) => ({ objectID })), ...(cursor && { cursor }) },
    });
    service.script = [pageOf(['1-1'], 'second'), pageOf([], 'third'), pageOf(['1-2', '2-1'])];
    expect(await idsOf(openAt(service.url), '1')).toEqual(['1-1', '1-2']);
    expect(
      service.requests.map(({ body }) => (JSON.parse(body.toString()) as { cursor?: string }).cursor),
    ).toEqual([undefined, 'second', 'third']);
  });

  it('cannot be listed with a key that may not browse, which says so', async () => {
    const service = await startSearchService();
    service.script = [
      { status: 403, body: { message: 'Method not allowed with this API key', status: 403 } },
    ];
    await expect(openAt(service.url).listParts?.(new Set(['1']), signal)).rejects.toMatchObject({
      code: 'destination.forbidden',
      message: expect.stringContaining('give the key the right browse'),
    });
  });

  it('are not held in memory without bound', async () => {
    const service = await startSearchService();
    const hits = Array.from({ length: 1_000 }, (_, number) => ({ objectID: `1-${number}` }));
    service.script = Array.from({ length: 150 }, () => ({ status: 200, body: { hits, cursor: 'more' } }));
    await expect(openAt(service.url).listParts?.(new Set(['1']), signal)).rejects.toMatchObject({
      code: 'destination.too_many_parts',
    });
    expect(service.requests).toHaveLength(101);
  });
});
