import { describe, expect, it } from 'vitest';
import { API_KEY, batchOf, numberedRecords, openAt, signal } from './open.ts';
import { startSearchService, type SearchService } from './search-service.ts';

describe('writing a batch', () => {
  it('sends the bytes of the records as they are', async () => {
    const service = await startSearchService();
    const records = [
      '{"objectID":"a", "n": 1.50,"big":12345678901234567890 }',
      String.raw`{"objectID":"\u00e9\"","text":"日本 \ud83d\ude00 🍏","e":1e400}`,
      '{"objectID":"c"}',
    ];

    const receipt = await openAt(service.url).write(batchOf(...records), signal);

    const envelopes = records.map((record) => `{"action":"addObject","body":${record}}`);
    expect(service.batches()).toEqual([`{"requests":[${envelopes.join(',')}]}`]);
    expect(receipt).toEqual({ accepted: 3, rejected: [], publications: [1001] });
    expect(service.requests[0]).toMatchObject({
      method: 'POST',
      path: '/1/indexes/shop/batch',
      headers: { 'x-algolia-application-id': 'APP', 'x-algolia-api-key': API_KEY },
    });
  });

  it('takes only the records that count, from whatever buffer they lie in', async () => {
    const service = await startSearchService();
    const whole = batchOf(...numberedRecords(4));
    const padded = new Uint8Array(whole.bytes.length + 14).fill(120);
    padded.set(whole.bytes, 7);
    const batch = { ...whole, bytes: padded.subarray(7, -7), count: 2 };

    await openAt(service.url).write(batch, signal);

    expect(service.applied).toEqual(['0', '1']);
  });

  it('sends a partial update for the action partial, and to the temporary index for replace', async () => {
    const service = await startSearchService();

    await openAt(service.url, { action: 'partial' }).write(batchOf('{"objectID":"a","price":1}'), signal);
    await openAt(service.url, { action: 'replace', indexName: 'a/b é' }).write(
      batchOf('{"objectID":"a"}'),
      signal,
    );

    expect(service.batches()[0]).toBe(
      '{"requests":[{"action":"partialUpdateObject","body":{"objectID":"a","price":1}}]}',
    );
    expect(service.requests[1]?.path).toBe('/1/indexes/a/b é_tmp_run-1/batch');
  });

  it('sends nothing for a batch without records', async () => {
    const service = await startSearchService();

    const receipt = await openAt(service.url).write(batchOf(), signal);

    expect(receipt).toEqual({ accepted: 0, rejected: [], publications: [] });
    expect(service.requests).toEqual([]);
  });
});

describe('records that the service refuses', () => {
  const sizes =
    (limitBytes: number, form: 'fields' | 'message' | 'neither') =>
    (records: Record<string, unknown>[], texts: string[]) => {
      const position = texts.findIndex((text) => Buffer.byteLength(text) > limitBytes);
      if (position < 0) return undefined;
      const objectID = String(records[position]?.['objectID']);
      const size = Buffer.byteLength(texts[position] ?? '');
      const message = `Record at the position ${position} objectID=${objectID} is too big size=${size}/${limitBytes} bytes.`;
      if (form === 'fields') return { status: 400, body: { message, position, objectID, status: 400 } };
      if (form === 'message') return { status: 400, body: { message, status: 400 } };
      return { status: 400, body: { message: 'Invalid batch', status: 400 } };
    };
  const heavy = (objectID: string) =>
    `{"objectID":"${objectID}","name":"n","description":"${'x'.repeat(300)}"}`;

  it.each(['fields', 'message', 'neither'] as const)(
    'are found when the answer names them in: %s; the others are applied in order',
    async (form) => {
      const service = await startSearchService();
      service.judge = sizes(200, form);
      const records = numberedRecords(40);
      for (const bad of [3, 4, 20, 39]) records[bad] = heavy(`bad ${bad}`);

      const receipt = await openAt(service.url).write(batchOf(...records), signal);

      const good = records.filter((record) => record.length < 200);
      expect(service.applied).toEqual(good.map((record) => JSON.parse(record).objectID));
      expect(receipt.accepted).toBe(36);
      expect(receipt.rejected.map(({ objectID }) => objectID)).toEqual([
        'bad 3',
        'bad 4',
        'bad 20',
        'bad 39',
      ]);
      expect(receipt.publications.length).toBeGreaterThan(0);
    },
  );

  it('name what makes them too big', async () => {
    const service = await startSearchService();
    service.judge = sizes(200, 'fields');

    const receipt = await openAt(service.url).write(
      batchOf(heavy('a "quoted" one'.replaceAll('"', '\\"'))),
      signal,
    );

    expect(receipt.accepted).toBe(0);
    expect(receipt.rejected).toMatchObject([
      {
        objectID: 'a "quoted" one',
        code: 'record.too_big',
        field: 'description',
        message: expect.stringMatching(
          /^The record has \d+ bytes; the destination said: "Record at .*"\. Its heaviest attributes: description \(302 bytes\), objectID/,
        ),
      },
    ]);
  });

  it('that are too big by the same count are found together', async () => {
    const service = await startSearchService();
    service.judge = sizes(200, 'fields');
    const records = numberedRecords(200).map((record, number) =>
      number % 2 === 0 ? record : heavy(`bad ${number}`),
    );

    const receipt = await openAt(service.url).write(batchOf(...records), signal);

    expect(receipt).toMatchObject({ accepted: 100, rejected: { length: 100 } });
    expect(service.requests.length).toBe(2);
  });

  it('that share their objectID with a good one are told apart', async () => {
    const service = await startSearchService();
    service.judge = (records) => {
      const bad = records.find((record) => record['bad'] === true);
      return bad && { status: 400, body: { message: 'no', objectID: bad['objectID'], status: 400 } };
    };

    const receipt = await openAt(service.url).write(
      batchOf('{"objectID":"a","v":1}', '{"objectID":"a","bad":true}', '{"objectID":"a","v":2}'),
      signal,
    );

    expect(receipt.accepted).toBe(2);
    expect(receipt.rejected).toEqual([
      {
        position: 1,
        objectID: 'a',
        code: 'record.refused',
        message: 'The destination refused record 1: "no"',
        stage: 'destination',
        content: { sizeBytes: 27, record: '{"objectID":"a","bad":true}' },
      },
    ]);
  });

  it('are told by their objectID where the position points elsewhere', async () => {
    const service = await startSearchService();
    service.judge = (records) => {
      const at = records.findIndex((record) => record['bad'] === true);
      return at < 0
        ? undefined
        : { status: 400, body: { message: 'no', position: at + 1, objectID: 'b', status: 400 } };
    };

    const receipt = await openAt(service.url).write(
      batchOf('{"objectID":"a"}', '{"objectID":"b","bad":true}', '{"objectID":"c"}'),
      signal,
    );

    expect(receipt.rejected.map(({ objectID }) => objectID)).toEqual(['b']);
    expect(service.applied).toEqual(['a', 'c']);
  });

  it('end the run when it is every record and always the same words', async () => {
    const service = await startSearchService();
    service.judge = () => ({ status: 400, body: { message: 'indexName is not valid', status: 400 } });

    await expect(openAt(service.url).write(batchOf(...numberedRecords(1000)), signal)).rejects.toMatchObject({
      code: 'destination.refuses_all',
      disposition: 'fatal',
      message: expect.stringContaining('indexName is not valid'),
    });
    expect(service.requests.length).toBeLessThan(60);
  });

  it('are sent though white space takes them over the limit: the service decides what it counts', async () => {
    const service = await startSearchService();

    const receipt = await openAt(service.url, { maxRecordBytes: 200 }).write(
      batchOf(`{"objectID":"wide",${' '.repeat(300)}"n":1}`),
      signal,
    );

    expect(receipt.accepted).toBe(1);
    expect(service.applied).toEqual(['wide']);
  });

  it('over a limit that is known beforehand are not sent', async () => {
    const service = await startSearchService();

    const receipt = await openAt(service.url, { maxRecordBytes: 200 }).write(
      batchOf(heavy('big'), '{"objectID":"small"}'),
      signal,
    );

    expect(service.applied).toEqual(['small']);
    expect(receipt.rejected).toMatchObject([
      {
        objectID: 'big',
        code: 'record.too_big',
        field: 'description',
        message: expect.stringContaining(
          '; the destination takes at most 200 bytes. Its heaviest attributes: ',
        ),
        stage: 'destination',
        content: { record: heavy('big') },
      },
    ]);
  });

  it('are the halves of a body too large for the service, until it fits', async () => {
    const service: SearchService = await startSearchService();
    service.judge = (records) =>
      records.length > 10 ? { status: 413, body: '<html>413 Request Entity Too Large</html>' } : undefined;

    const receipt = await openAt(service.url).write(batchOf(...numberedRecords(35)), signal);

    expect(receipt).toMatchObject({ accepted: 35, rejected: [] });
    expect(service.applied).toEqual(numberedRecords(35).map((_, number) => String(number)));
  });
});
