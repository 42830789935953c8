import { afterAll, beforeAll, expect, test } from 'vitest';

import { createRateLimiter } from '../../../core/applications/rate-limiter.ts';
import { systemClock } from '../../../core/foundation/clock.ts';
import { NO_LIMITS } from '../../../core/foundation/limits.ts';
import { newID } from '../../../core/foundation/ids.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => {
  await table.stop();
});

function createLimiter() {
  let now = new Date('2026-01-01T00:00:10Z');
  const count = createRateLimiter(
    { ...table, clock: { ...systemClock, now: () => now } },
    { requestsPerMinute: 5, observabilityRequestsPer30Seconds: 2 },
  );
  const appID = newID();
  return {
    count: (request: Partial<Parameters<typeof count>[0]> = {}) =>
      count({ appID, sourceIP: '192.0.2.1', requestClass: 'other', ...request }),
    passSeconds: (seconds: number) => {
      now = new Date(now.getTime() + seconds * 1000);
    },
  };
}

test('of requests at once exactly as many are let through as may be', async () => {
  const { count } = createLimiter();
  const allowances = await Promise.all(Array.from({ length: 20 }, () => count()));
  const allowed = allowances.filter((allowance) => allowance?.isAllowed);
  expect(allowed.map((allowance) => allowance?.remaining).sort()).toEqual([0, 1, 2, 3, 4]);
});

test('the next window starts anew, and says until when the present one lasts', async () => {
  const { count, passSeconds } = createLimiter();
  for (let request = 0; request < 6; request += 1) await count();
  expect(await count()).toEqual({
    isAllowed: false,
    limit: 5,
    windowSeconds: 60,
    remaining: 0,
    resetsAt: new Date('2026-01-01T00:01:00Z'),
  });
  passSeconds(50);
  expect(await count()).toMatchObject({ isAllowed: true, remaining: 4 });
});

test('runs and events, other addresses and other applications are counted apart', async () => {
  const { count, passSeconds } = createLimiter();
  for (let request = 0; request < 6; request += 1) await count();
  expect(await count()).toMatchObject({ isAllowed: false });
  expect(await count({ requestClass: 'observability' })).toMatchObject({ remaining: 1, windowSeconds: 30 });
  expect(await count({ sourceIP: '192.0.2.2' })).toMatchObject({ remaining: 4 });
  expect(await count({ appID: newID() })).toMatchObject({ remaining: 4 });
  passSeconds(20);
  expect(await count({ requestClass: 'observability' })).toMatchObject({ remaining: 1 });
});

test('without limits nothing is counted', async () => {
  const count = createRateLimiter({ ...table, clock: systemClock }, NO_LIMITS);
  expect(await count({ appID: 'APP', sourceIP: '::1', requestClass: 'other' })).toBeUndefined();
});
