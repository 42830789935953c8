import { describe, expect, it } from 'vitest';
import { inspect } from 'node:util';
import { createHttpClient } from '../../../../connectors/http/http-client.ts';
import {
  algoliaHosts,
  createHostRotation,
} from '../../../../connectors/destinations/search/host-rotation.ts';
import { taskAnswerSchema } from '../../../../connectors/destinations/search/search-answers.ts';
import { createSearchTransport } from '../../../../connectors/destinations/search/search-transport.ts';
import { Secret } from '../../../../core/foundation/secret.ts';
import { API_KEY, batchOf, createQuickClock, numberedRecords, openAt, signal } from './open.ts';
import { startSearchService } from './search-service.ts';

const batch = batchOf(...numberedRecords(3));

describe('a service that fails for a moment', () => {
  it.each([
    ['answers 503', { status: 503, body: { message: 'unavailable' } }],
    ['resets the connection unapplied', 'reset' as const],
    ['resets the connection after it applied the batch', 'reset after' as const],
    ['answers something that is not JSON', { status: 200, body: '<html>hello</html>' }],
  ])('and %s gets the same bytes again', async (_, answer) => {
    const service = await startSearchService();
    service.script = [answer, answer];

    const receipt = await openAt(service.url).write(batch, signal);

    expect(receipt.accepted).toBe(3);
    expect(new Set(service.batches()).size).toBe(1);
    expect(service.batches().length).toBe(3);
    expect(service.applied.slice(-3)).toEqual(['0', '1', '2']);
  });

  it('is not asked again by a worker that may not write any more', async () => {
    const service = await startSearchService();
    service.script = ['reset'];
    let requests = 0;
    const beforeRequest = () => {
      requests += 1;
      if (requests > 1) throw new Error('The lease is over');
    };
    const written = openAt(service.url, { beforeRequest }).write(batch, signal);
    await expect(written).rejects.toThrow('The lease is over');
    expect(service.batches()).toHaveLength(1);
    expect(service.applied).toEqual([]);
  });

  it('is waited for with growing, random pauses, and told to the run after a minute', async () => {
    const service = await startSearchService();
    service.judge = () => ({ status: 500, body: { message: 'broken' } });
    const clock = createQuickClock();

    await expect(
      openAt(service.url, { clock, random: () => 0.999 }).write(batch, signal),
    ).rejects.toMatchObject({
      name: 'PassingSearchError',
      code: 'destination.unavailable',
      disposition: 'retryable',
    });

    expect(clock.slept.slice(0, 4)).toEqual([100, 200, 400, 800]);
    expect(Math.max(...clock.slept)).toBeLessThanOrEqual(10_000);
    expect(clock.slept.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(40_000);
  });

  it('and is overloaded is left alone for as long as it asks', async () => {
    const service = await startSearchService();
    const clock = createQuickClock();
    service.script = [
      { status: 429, body: { message: 'Too Many Requests' }, headers: { 'retry-after': '7' } },
      { status: 429, body: 'slow down', headers: { 'retry-after': 'Thu, 01 Jan 2026 00:00:30 GMT' } },
      { status: 400, body: { message: 'The job queue is full, try again later', status: 400 } },
    ];

    const receipt = await openAt(service.url, { clock }).write(batch, signal);

    expect(receipt.accepted).toBe(3);
    expect(clock.slept[0]).toBeGreaterThanOrEqual(7000);
    expect(clock.now().getTime()).toBeGreaterThanOrEqual(Date.parse('2026-01-01T00:00:30Z'));
    expect(clock.slept.length).toBe(3);
  });

  it('is not waited for when the run is cancelled', async () => {
    const service = await startSearchService();
    service.judge = () => ({ status: 503, body: {} });
    const controller = new AbortController();
    const clock = createQuickClock();
    const reason = new Error('cancelled by the user');

    const write = openAt(service.url, {
      clock: {
        ...clock,
        sleep: async (milliseconds, given) => {
          if (clock.slept.length === 2) controller.abort(reason);
          await clock.sleep(milliseconds, given);
        },
      },
    }).write(batch, controller.signal);

    await expect(write).rejects.toBe(reason);
    expect(service.requests.length).toBe(3);
  });

  it('stops sending within a batch that is being bisected when the run is cancelled', async () => {
    const service = await startSearchService();
    const controller = new AbortController();
    service.judge = () => {
      if (service.requests.length === 4) controller.abort(new Error('cancelled'));
      return { status: 400, body: { message: `no ${service.requests.length}` } };
    };

    const write = openAt(service.url).write(batchOf(...numberedRecords(64)), controller.signal);

    await expect(write).rejects.toThrow('cancelled');
    expect(service.requests.length).toBe(4);
  });
});

describe('several hosts', () => {
  it('are tried one after the other at once, and the one that answers is kept', async () => {
    const service = await startSearchService();
    const clock = createQuickClock();
    const transport = createSearchTransport({
      applicationID: 'APP',
      apiKey: new Secret(API_KEY),
      hosts: createHostRotation(['http://127.0.0.1:1', 'http://nowhere.invalid', service.url]),
      http: createHttpClient({ allowPrivate: ['127.0.0.0/8'], trustedHosts: [] }),
      clock,
      random: Math.random,
    });
    const request = { method: 'POST', path: '/1/indexes/a/batch', body: '{"requests":[]}', signal } as const;

    for (let round = 0; round < 3; round += 1) await transport.send(request, taskAnswerSchema);

    expect(service.requests.length).toBe(3);
    expect(clock.slept).toEqual([]);
  });

  it('that all have no address mean that there is no such application', async () => {
    const open = createSearchTransport({
      applicationID: 'NOSUCHAPP',
      apiKey: new Secret(API_KEY),
      hosts: createHostRotation(algoliaHosts('NOSUCHAPP', Math.random)),
      http: createHttpClient(
        { allowPrivate: [], trustedHosts: [] },
        { resolve: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })) },
      ),
      clock: createQuickClock(),
      random: Math.random,
    });

    await expect(
      open.send({ method: 'GET', path: '/1/indexes', signal }, taskAnswerSchema),
    ).rejects.toMatchObject({
      code: 'destination.unknown_application',
      disposition: 'fatal',
      message: expect.stringContaining('NOSUCHAPP'),
    });
  });

  it("are Algolia's main one first, then its fallbacks in random order", () => {
    const draws = [0.9, 0.1, 0.5];

    expect(algoliaHosts('MyApp', () => draws.shift() ?? 0)).toEqual([
      'https://myapp.algolia.net',
      'https://myapp-2.algolianet.com',
      'https://myapp-3.algolianet.com',
      'https://myapp-1.algolianet.com',
    ]);
  });
});

describe('what is wrong with the credentials', () => {
  it.each([401, 403])('ends the run at once with what to check (%i)', async (status) => {
    const service = await startSearchService();
    service.script = [{ status, body: { message: `Invalid Application-ID or API key ${API_KEY}`, status } }];

    const error: Error = await openAt(service.url)
      .write(batch, signal)
      .then(
        () => expect.unreachable(),
        (reason) => reason,
      );

    expect(error).toMatchObject({ code: 'destination.forbidden', disposition: 'fatal' });
    for (const word of ['APP', 'application ID', 'addObject', 'deleteIndex', 'listIndexes', '_tmp_']) {
      expect(error.message).toContain(word);
    }
    expect(service.requests.length).toBe(1);
  });

  it('is said before a request when it cannot be sent at all', () => {
    expect(() => openAt('http://127.0.0.1:1', { apiKey: new Secret('a\nb') })).toThrow(
      /API key of the application APP/,
    );
    expect(() => openAt('http://127.0.0.1:1', { applicationID: 'evil.example/' })).toThrow(/application ID/);
  });

  it('never shows in an error, whatever the service answers', async () => {
    const echo = { message: `you sent ${API_KEY}\u001b[31m`, objectID: API_KEY };
    for (const status of [400, 401, 402, 403, 404, 413, 418, 429, 500]) {
      const service = await startSearchService();
      service.judge = () => ({ status, body: echo });
      const outcome = await openAt(service.url)
        .write(batchOf('{"objectID":"a"}'), signal)
        .catch((error: unknown) => error);
      const shown = `${inspect(outcome, { depth: 9 })}${JSON.stringify(outcome)}${String(outcome)}`;

      expect(shown).not.toContain(API_KEY);
      expect(shown).not.toContain('\u001b[31m');
    }
  });

  it('is not sent after a redirect', async () => {
    const other = await startSearchService();
    const service = await startSearchService();
    service.judge = () => ({
      status: 307,
      body: '',
      headers: { location: `${other.url}/1/indexes/shop/batch` },
    });

    const network = { allowPrivate: ['127.0.0.0/8'], trustedHosts: [] };
    await expect(openAt(service.url, { network }).write(batch, signal)).rejects.toMatchObject({
      code: 'destination.unreachable',
    });
    expect(other.requests).toEqual([]);
  });
});

describe('waiting for publication', () => {
  it('asks for each task until it is published, ever more slowly', async () => {
    const service = await startSearchService();
    service.pollsUntilPublished = 12;
    const clock = createQuickClock();

    await openAt(service.url, { clock }).waitForPublication([5, 7, 6, 7], signal);

    const asked = service.requests.map(({ path }) => path.split('/').pop());
    for (const taskID of ['5', '6', '7']) expect(asked.filter((each) => each === taskID).length).toBe(13);
    expect(clock.slept.slice(0, 3)).toEqual([20, 30, 45]);
    expect(Math.max(...clock.slept)).toBe(1000);
  });

  it('gives up after half an hour, for the run to come back to it', async () => {
    const service = await startSearchService();
    service.pollsUntilPublished = Infinity;

    await expect(openAt(service.url).waitForPublication([9], signal)).rejects.toMatchObject({
      code: 'destination.publication_timeout',
      disposition: 'retryable',
    });
  });

  it('ends when the run is cancelled', async () => {
    const service = await startSearchService();
    service.pollsUntilPublished = Infinity;
    const controller = new AbortController();

    setTimeout(() => controller.abort(new Error('cancelled')), 20);

    await expect(openAt(service.url).waitForPublication([9], controller.signal)).rejects.toThrow('cancelled');
  });
});
