import { describe, expect, it } from 'vitest';
import { openPushDestination } from '../../../../connectors/destinations/search/open-push-destination.ts';
import { Secret } from '../../../../core/foundation/secret.ts';
import { API_KEY, batchOf, createQuickClock, numberedRecords, openAt, signal } from './open.ts';
import { startSearchService } from './search-service.ts';

const operation = (name: string) => `{"objectID":"x","name":"n","stock":{"_operation":"${name}","value":1}}`;

describe('a partial update with an operation', () => {
  it.each(['Increment', 'Decrement', 'Add', 'Multiply'])(
    'that would count twice when sent again, %s, is rejected by the name of its attribute',
    async (name) => {
      const service = await startSearchService();
      const [first = '', second = ''] = numberedRecords(2);
      const receipt = await openAt(service.url, { action: 'partial' }).write(
        batchOf(first, operation(name), second),
        signal,
      );
      expect(receipt.accepted).toBe(2);
      expect(receipt.rejected).toMatchObject([
        {
          objectID: 'x',
          code: 'record.unrepeatable_operation',
          field: 'stock',
          message: expect.stringContaining(`the attribute stock asks for the operation ${name}`),
        },
      ]);
      expect(service.applied).toEqual(['0', '1']);
    },
  );

  it.each(['Remove', 'AddUnique', 'IncrementFrom', 'IncrementSet'])(
    'that may be sent again, %s, is passed on as it is',
    async (name) => {
      const service = await startSearchService();
      const receipt = await openAt(service.url, { action: 'partialNoCreate' }).write(
        batchOf(operation(name)),
        signal,
      );
      expect(receipt).toMatchObject({ accepted: 1, rejected: [] });
      expect(service.batches()[0]).toContain(operation(name));
    },
  );

  it.each([
    [
      'with a letter written as an escape',
      String.raw`{"objectID":"x","a":{"_oper\u0061tion":"Increment","value":1}}`,
    ],
    [
      'with its first sign written as an escape',
      String.raw`{"objectID":"x","a":{"\u005Foperation":"Add","value":1}}`,
    ],
  ])('%s is found all the same', async (_, text) => {
    const service = await startSearchService();
    const receipt = await openAt(service.url, { action: 'partial' }).write(batchOf(text), signal);
    expect(receipt.rejected).toMatchObject([{ field: 'a' }]);
    expect(service.requests).toEqual([]);
  });

  it.each([
    '{"objectID":"x","_operation":"Increment"}',
    '{"objectID":"x","deep":{"er":{"_operation":"Increment","value":1}}}',
    '{"objectID":"x","text":"the _operation went well"}',
    '{"objectID":"x","a":{"_operation":7}}',
  ])('is not what %s is', async (text) => {
    const service = await startSearchService();
    const receipt = await openAt(service.url, { action: 'partial' }).write(batchOf(text), signal);
    expect(receipt).toMatchObject({ accepted: 1, rejected: [] });
  });

  it('is a value like any other where whole records are written', async () => {
    const service = await startSearchService();
    const receipt = await openAt(service.url).write(batchOf(operation('Increment')), signal);
    expect(receipt).toMatchObject({ accepted: 1, rejected: [] });
  });

  it('is rejected in a push too: pushes are written again after a stop as runs are', async () => {
    const service = await startSearchService();
    const destination = openPushDestination({
      applicationID: 'APP',
      apiKey: new Secret(API_KEY),
      baseURL: service.url,
      indexName: 'shop',
      action: 'partialUpdateObject',
      network: { allowPrivate: [], trustedHosts: [] },
      maxRecordBytes: 100_000,
      clock: createQuickClock(),
    });
    const receipt = await destination.write(
      batchOf(operation('Increment'), operation('AddUnique'), operation('Decrement')),
      signal,
    );
    expect(receipt.rejected.map(({ message }) => /operation (\w+),/.exec(message)?.[1])).toEqual([
      'Increment',
      'Decrement',
    ]);
  });
});
