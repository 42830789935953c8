import { expect, test } from 'vitest';

import type { RecordDestination } from '../../core/runs/ports.ts';
import type { Run, RunReplay } from '../../core/runs/run.ts';
import type { ConnectionDependencies } from '../../lambdas/work-run/open-connection.ts';
import { openReplay } from '../../lambdas/work-run/open-replay.ts';

function open(indexName: string) {
  const replay: RunReplay = {
    runID: 'first',
    createdAt: '2026-03-01T10:00:00.000Z',
    leaseKey: 'SEARCH/products',
    kept: 1,
  };
  return openReplay({} as ConnectionDependencies, { appID: 'APP', runID: 'second' } as Run, {
    replay,
    exclusion: undefined,
    stage: undefined,
    index: { searchAppID: 'SEARCH', indexName },
    destination: {} as RecordDestination,
  });
}

test('a replay says which run its records are of', async () => {
  const { sourceDescription } = await open('products');
  expect(sourceDescription).toBe('rejected records of the run first');
});

test('a replay is refused when its destination names another index since', async () => {
  await expect(open('others')).rejects.toMatchObject({
    code: 'replay.destination_moved',
    disposition: 'fatal',
  });
});
