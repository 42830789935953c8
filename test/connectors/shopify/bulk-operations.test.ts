import { describe, expect, it } from 'vitest';
import { SourceError } from '../../../core/runs/source-error.ts';
import { openSource } from '../../../connectors/registry.ts';
import { readError, readSource } from '../support/read-source.ts';
import { toRecords } from '../support/parse-bytes.ts';
import {
  collectionOf,
  mediaOf,
  openShop,
  productOf,
  productsOf,
  startClock,
  variantOf,
} from './read-shop.ts';

const MEGABYTE = 1024 * 1024;

/** Ids as Shopify gives them: with their low bits in common. */
const idOf = (index: number) => 8_000_000 + index * 32_768;

function largeShop(count: number) {
  const make = (id: number) =>
    productOf(id, {
      media: [mediaOf(id * 10 + 1), mediaOf(id * 10 + 2)],
      collections: [collectionOf(1), collectionOf(2)],
      variants: [1, 2, 3].map((position) => variantOf(id * 10 + position, { position })),
    });
  return { products: { count, make } };
}

describe('the result of a bulk operation', () => {
  it.each(['far', 'before'] as const)('gives whole products where children lie %s', async (lineOrder) => {
    const { read, server } = await openShop(largeShop(250));
    server.lineOrder = 'grouped';
    const grouped = await read();
    expect(grouped).toHaveLength(250);
    expect(grouped[0]).toMatchObject({
      variant_ids: [11, 12, 13],
      collections: ['Collection 1', 'Collection 2'],
    });
    server.lineOrder = lineOrder;
    expect(await read()).toEqual(grouped);
  });

  it('is not asked to have children beside their parents', async () => {
    const { read, server } = await openShop(largeShop(1));
    await read();
    const [started] = server.requests;
    expect(started?.query).toContain('groupObjects: false');
    expect(started?.variables['query']).not.toContain('first:');
  });

  it('is put together part by part where it is large, and gone on with at any cursor', async () => {
    const make = (index: number) =>
      productOf(idOf(index), { variants: [variantOf(index * 10, { position: 1 })] });
    const { server, context } = await openShop({ products: { count: 60, make } });
    server.fileBytes = 1024 * MEGABYTE;
    const limits = { maxRecords: 7, maxBytes: MEGABYTE };
    const { batches, texts } = await readSource('shopify', context({ limits }));
    const ids = texts.map((text) => JSON.parse(text).objectID as string);
    expect(ids.toSorted()).toEqual(
      Array.from({ length: 60 }, (_, index) => String(idOf(index + 1))).toSorted(),
    );
    const downloads = server.requests.filter(({ what }) => what.startsWith('GET'));
    // All sixteen parts, of which the disk holds what is not read yet.
    expect(downloads).toHaveLength(1);
    expect(batches.at(-1)?.cursor).toMatchObject({ parts: 16, modulus: 16, remainder: 15 });
    let done = 0;
    for (const { cursor, count } of batches) {
      done += count;
      const rest = await readSource('shopify', context({ limits }), cursor);
      expect(rest.texts).toEqual(texts.slice(done));
    }
    expect(server.operations).toHaveLength(1);
  });

  it('has a cursor before it is there, so that another worker waits for the same operation', async () => {
    const { server, context } = await openShop(largeShop(3));
    server.polls = 2;
    const clock = startClock();
    const { batches, texts } = await readSource('shopify', context({ clock }));
    expect(texts).toHaveLength(3);
    expect(batches.map(({ count }) => count)).toEqual([0, 0, 0, 3]);
    expect(clock.waited).toEqual([1_000, 2_000]);
    server.polls = 0;
    const again = await readSource('shopify', context(), batches[0]?.cursor);
    expect(again.texts).toEqual(texts);
    expect(server.operations).toHaveLength(1);
  });

  it('gives variants of a product in batches that are no larger than they may be', async () => {
    const variants = Array.from({ length: 9 }, (_, index) => variantOf(100 + index, { position: index + 1 }));
    const { context } = await openShop({ products: productsOf([productOf(1, { variants }), productOf(2)]) });
    const options = { recordType: 'variant' as const, limits: { maxRecords: 4, maxBytes: MEGABYTE } };
    const { batches, texts } = await readSource('shopify', context(options));
    expect(batches.map(({ count }) => count).filter((count) => count > 0)).toEqual([4, 4, 2]);
    for (const [index, batch] of batches.entries()) {
      const rest = await readSource('shopify', context(options), batch.cursor);
      const done = batches.slice(0, index + 1).reduce((sum, { count }) => sum + count, 0);
      expect(rest.texts).toEqual(texts.slice(done));
    }
  });

  it('counts the bytes that it has, all in all', async () => {
    const { server, context } = await openShop(largeShop(20));
    const { batches } = await readSource('shopify', context());
    expect(batches.at(-1)?.sourceBytesRead).toBe(server.operations[0]?.sizeBytes);
  });
});

describe('a bulk operation that does not go well', () => {
  it('waits while as many run as may, and says so to the run in between', async () => {
    const { server, context } = await openShop(largeShop(2));
    server.busy = 2;
    const clock = startClock();
    const { batches, texts } = await readSource('shopify', context({ clock }));
    expect(texts).toHaveLength(2);
    expect(batches.map(({ count }) => count)).toEqual([0, 0, 0, 2]);
    expect(clock.waited).toEqual([1_000, 2_000]);
  });

  it('is an error of the run, to be tried again, when others run for an hour', async () => {
    const { server, context } = await openShop(largeShop(2));
    server.busy = 1_000;
    const error = await readError('shopify', context());
    expect(error).toMatchObject({ code: 'source.busy', disposition: 'retryable' });
  });

  it('begins the run anew when its result has expired, or it is not known any more', async () => {
    const { server, context } = await openShop(largeShop(3));
    const { batches } = await readSource('shopify', context());
    const cursor = batches[0]?.cursor ?? {};
    for (const operation of server.operations) operation.status = 'EXPIRED';
    const changed = { code: 'source.changed', disposition: 'retryable' };
    expect(await readError('shopify', context(), cursor)).toMatchObject(changed);
    server.operations.splice(0);
    expect(await readError('shopify', context(), cursor)).toMatchObject(changed);
    expect(await readError('shopify', context(), { version: 9 })).toMatchObject(changed);
  });

  it('begins the run anew when the file is gone', async () => {
    const { server, context } = await openShop(largeShop(3));
    server.download = (response) => void response.writeHead(403).end('<Error>Signature expired</Error>');
    const error = await readError('shopify', context());
    expect(error).toMatchObject({ code: 'source.changed' });
    expect(error.message).not.toContain('signature');
  });

  it.each([
    ['INTERNAL_SERVER_ERROR', 'source.changed', 'retryable'],
    ['TIMEOUT', 'source.changed', 'retryable'],
    ['ACCESS_DENIED', 'source.access_denied', 'fatal'],
  ])('that fails with %s is %s', async (failure, code, disposition) => {
    const { server, context } = await openShop(largeShop(3));
    server.failure = failure;
    expect(await readError('shopify', context())).toMatchObject({ code, disposition });
  });

  it('is read to its end or not at all: a cut connection is tried again', async () => {
    const { server, context } = await openShop(largeShop(3));
    server.download = (response) => {
      response.write(`${JSON.stringify({ id: 'gid://shopify/Product/1', title: 'Lamp' })}\n`);
      setTimeout(() => response.destroy(), 20);
    };
    expect(await readError('shopify', context())).toMatchObject({
      code: 'http.connection_lost',
      disposition: 'retryable',
    });
  });

  it('is cancelled with the run, and left alone where the run goes on elsewhere', async () => {
    const { server, context } = await openShop(largeShop(3));
    server.polls = 1_000;
    const moved = new SourceError('lease.lost', 'Another worker has it.');
    for (const [reason, status] of [
      [moved, 'RUNNING'],
      [new Error('The run was cancelled'), 'CANCELED'],
    ] as const) {
      const stop = new AbortController();
      const source = await openSource('shopify', context());
      const reading = async () => {
        for await (const batch of source.read(undefined, stop.signal)) {
          expect(batch.count).toBe(0);
          stop.abort(reason);
        }
      };
      await expect(reading()).rejects.toBe(reason);
      expect(server.operations.at(-1)?.status).toBe(status);
    }
  });

  it('is cancelled too where the run hears of it between two looks', async () => {
    const { server, context } = await openShop(largeShop(3));
    server.polls = 1_000;
    const stop = new AbortController();
    const source = await openSource('shopify', context());
    for await (const batch of source.read(undefined, stop.signal)) {
      expect(batch.count).toBe(0);
      stop.abort();
      break;
    }
    expect(server.operations.map(({ status }) => status)).toEqual(['CANCELED']);
  });

  it('goes on where a run only stops for now', async () => {
    const { server, context } = await openShop(largeShop(3));
    server.polls = 1_000;
    const source = await openSource('shopify', context());
    for await (const batch of source.read(undefined, new AbortController().signal)) {
      expect(batch.count).toBe(0);
      break;
    }
    expect(server.operations.map(({ status }) => status)).toEqual(['RUNNING']);
  });

  it('that Shopify refuses says why', async () => {
    const { server, context } = await openShop(largeShop(1));
    const { taskInput } = {
      taskInput: { metafields: [], market: { countries: ['ZZ'], currencies: [], locales: [] } },
    };
    const error = await readError('shopify', context({ taskInput }));
    expect(error).toMatchObject({ code: 'source.query_refused', disposition: 'fatal' });
    expect(error.message).toContain('ZZ');
    expect(server.operations).toEqual([]);
  });
});

it('records of a store are told apart by the numbers of its products', async () => {
  const { context } = await openShop(largeShop(3));
  const { texts, rejected } = await readSource('shopify', context());
  expect(toRecords({ texts, rejected }).map(({ objectID }) => objectID)).toEqual(['1', '2', '3']);
});
