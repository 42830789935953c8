import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { searchClient } from '@algolia/client-search';
import { afterEach, describe, expect, it } from 'vitest';
import { HitRequester } from '../../../connectors/sources/algolia-index/hit-requester.ts';
import { createVendorClient } from '../../../connectors/vendor/vendor-client.ts';
import { systemClock } from '../../../core/foundation/clock.ts';
import { Secret } from '../../../core/foundation/secret.ts';
import { SourceError } from '../../../core/runs/source-error.ts';
import { contextOf, readError, readSource } from '../support/read-source.ts';

interface Asked {
  readonly hitsPerPage: number;
  readonly cursor?: string;
  readonly filters?: string;
}

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** A search API that answers each browse with what `answer` gives: a body, or a status and a body. */
async function serve(answer: (asked: Asked) => string | [number, string]): Promise<string> {
  const server = createServer((request, response) => {
    void (async () => {
      const given = answer(JSON.parse(await text(request)) as Asked);
      const [status, body] = typeof given === 'string' ? [200, given] : given;
      response.writeHead(status).end(body);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function contextFor(url: string, more: Parameters<typeof contextOf>[1] = {}) {
  return contextOf(
    { indexName: 'products' },
    {
      authentication: { type: 'algolia', input: { appID: 'APP', apiKey: new Secret('canary-key') } },
      vendorHosts: { 'search:APP': url },
      ...more,
    },
  );
}

/** Ten pages of ten records. */
function tenPages({ cursor = '0' }: Asked): string {
  const page = Number(cursor);
  const hits = Array.from(
    { length: 10 },
    (_, index) => `{"n":${page * 10 + index},"objectID":"r${page * 10 + index}"}`,
  );
  return `{"hits":[${hits.join()}]${page < 9 ? `,"cursor":"${page + 1}"` : ''}}`;
}

describe('records', () => {
  it('are what the index holds, byte for byte, with the objectID first', async () => {
    const hits = String.raw`{"big": 12345678901234567890.10 , "t":"\u0041\"","objectID":"a", "n":[ 1e2 ]} ,
      {"objectID":"b"},{"objectID":"c\u00e9" ,"x":{"objectID":1}}`;
    const url = await serve(() => ` {"nbHits":3,"hits":[ ${hits} ],"params":"hits"} `);
    const { texts, batches } = await readSource('algoliaIndex', contextFor(url));
    expect(texts).toEqual([
      String.raw`{"objectID":"a","big": 12345678901234567890.10 , "t":"\u0041\"","n":[ 1e2 ]}`,
      '{"objectID":"b"}',
      '{"objectID":"cé","x":{"objectID":1}}',
    ]);
    expect(batches.at(-1)?.cursor).toMatchObject({ done: true, records: 3 });
  });

  it('are none where the filters leave none', async () => {
    const url = await serve(() => '{"hits":[]}');
    expect((await readSource('algoliaIndex', contextFor(url))).texts).toEqual([]);
  });

  it('go on within a page that is larger than a batch', async () => {
    const url = await serve(tenPages);
    const context = contextFor(url, { limits: { maxRecords: 1_000, maxBytes: 100 } });
    const whole = await readSource('algoliaIndex', context);
    expect(whole.texts).toHaveLength(100);
    expect(whole.batches.length).toBeGreaterThan(20);
    let done = 0;
    for (const batch of whole.batches) {
      done += batch.count;
      const rest = await readSource('algoliaIndex', context, batch.cursor);
      expect(rest.texts).toEqual(whole.texts.slice(done));
    }
  });

  it('are asked for by a thousand, with the filters', async () => {
    const asked: Asked[] = [];
    const url = await serve((request) => {
      asked.push(request);
      return tenPages(request);
    });
    const input = { indexName: 'products', filters: 'brand:acme' };
    await readSource('algoliaIndex', { ...contextFor(url), input });
    expect(asked).toHaveLength(10);
    expect(asked[0]).toEqual({ attributesToRetrieve: ['*'], filters: 'brand:acme', hitsPerPage: 1000 });
    expect(asked[9]).toMatchObject({ filters: 'brand:acme', cursor: '9' });
  });
});

describe('what goes wrong', () => {
  it('with a cursor that is not accepted any more has the index read from the start', async () => {
    const url = await serve((asked) =>
      asked.cursor === '3' ? [400, '{"message":"Invalid cursor","status":400}'] : tenPages(asked),
    );
    const error = await readError('algoliaIndex', contextFor(url));
    expect(error).toMatchObject({ code: 'source.changed', disposition: 'retryable' });
    expect(error.message).toContain('"Invalid cursor"');
  });

  it('with the filters is said in the words of the service, without the key', async () => {
    const url = await serve(() => [
      400,
      '{"message":"filters: unexpected token for canary-key","status":400}',
    ]);
    expect(await readError('algoliaIndex', contextFor(url))).toEqual({
      code: 'source.refused',
      disposition: 'fatal',
      message:
        'The search API does not accept what is asked of the index products ("filters: unexpected token for [secret]"): ' +
        "check the source's filters.",
    });
  });

  it('with an application that has no hosts names it', async () => {
    const url = 'http://search.invalid';
    expect(await readError('algoliaIndex', contextFor(url))).toMatchObject({
      code: 'source.unknown_application',
      disposition: 'fatal',
      message: expect.stringContaining('the application APP: check'),
    });
  });

  it('with the index names it', async () => {
    const url = await serve(() => [404, '{"message":"Index products does not exist","status":404}']);
    expect(await readError('algoliaIndex', contextFor(url))).toMatchObject({
      code: 'source.not_found',
      disposition: 'fatal',
      message: expect.stringContaining('no index products'),
    });
  });

  it('with filters so long that no checkpoint can hold the cursor is said before anything is written', async () => {
    const url = await serve(() => `{"hits":[{"objectID":"1"}],"cursor":"${'x'.repeat(3_001)}"}`);
    expect(await readError('algoliaIndex', contextFor(url))).toMatchObject({
      code: 'source.long_cursor',
      disposition: 'fatal',
    });
  });

  it.each([
    '',
    'null',
    '[]',
    '{"hits":{}}',
    '{"hits":[1]}',
    '{"hits":[{}]}',
    '{"hits":[{"objectID":true}]}',
    '{"hits":[{"objectID":"1"}',
    '{"records":[]}',
    '<html>',
  ])('with an answer such as %j may pass', async (answer) => {
    const url = await serve(() => answer);
    expect(await readError('algoliaIndex', contextFor(url))).toMatchObject({
      code: 'source.invalid_answer',
      disposition: 'retryable',
    });
  });

  it.each([
    [{}, /needs an authentication/],
    [{ appID: 'APP.example.com/', apiKey: new Secret('key') }, /application ID has characters/],
    [{ appID: 'APP', apiKey: new Secret('canary\n') }, /API key of the application APP/],
  ])('with credentials that cannot be sent is said before anything is', async (input, message) => {
    const context = contextFor('http://127.0.0.1:1', { authentication: { type: 'algolia', input } });
    const error = await readError('algoliaIndex', context);
    expect(error).toMatchObject({ code: 'source.access_denied', disposition: 'fatal' });
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('canary');
  });
});

describe('hosts', () => {
  it('are asked one after the other, and the last failure is the one that is told', async () => {
    const requests: string[] = [];
    const broken = await serve(() => {
      requests.push('broken');
      return [500, ''];
    });
    const live = await serve((asked) => {
      requests.push('live');
      return tenPages(asked);
    });
    const { requester, browse } = clientOf([broken, 'http://127.0.0.1:1', live]);
    expect(await browse()).toMatchObject({ cursor: '1', hits: [] });
    expect(requester.page.hits).toHaveLength(10);
    expect(requests).toEqual(['broken', 'live']);

    const all = clientOf([broken, 'http://127.0.0.1:1']);
    await expect(all.browse()).rejects.toBeInstanceOf(Error);
    expect(all.requester.failure).toMatchObject({ code: 'http.connection_refused' });
  });

  it('are not asked for a second opinion where one has refused', async () => {
    const requests: string[] = [];
    const hosts = await Promise.all(
      ['first', 'second'].map((name) =>
        serve(() => {
          requests.push(name);
          return [404, '{"message":"no"}'];
        }),
      ),
    );
    await expect(clientOf(hosts).browse()).rejects.toThrow('refused with 404');
    expect(requests).toEqual(['first']);
  });
});

/** Algolia's client over these hosts. */
function clientOf(urls: readonly string[]) {
  const vendor = createVendorClient({
    vendor: 'Algolia',
    network: { allowPrivate: ['127.0.0.0/8'], trustedHosts: [] },
    clock: systemClock,
    authorize: async () => ({}),
    accessAdvice: 'Check it.',
  });
  stops.push(() => vendor.close());
  const refused = ({ statusCode }: { statusCode: number }) =>
    new SourceError('source.refused', `refused with ${statusCode}`);
  const requester = new HitRequester(vendor, { refused }, new AbortController().signal);
  const hosts = urls.map(
    (url) => ({ url: new URL(url).host, protocol: 'http', accept: 'readWrite' }) as const,
  );
  const client = searchClient('APP', 'key', { requester, hosts });
  return { requester, browse: () => client.browse({ indexName: 'products', browseParams: {} }) };
}
