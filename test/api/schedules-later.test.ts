import { afterAll, beforeAll, expect, test } from 'vitest';

import { systemClock } from '../../core/foundation/clock.ts';
import { createScheduleMarks } from '../../core/triggers/schedule-marks.ts';
import { KEYS, startApi, type ApiService } from '../support/api-service.ts';
import { createDestination, createJsonSource } from '../support/resources.ts';

let api: ApiService;
beforeAll(async () => {
  api = await startApi();
  // Nobody listens there: Scheduler cannot be reached.
  process.env['AWS_ENDPOINT_URL_SCHEDULER'] = 'http://127.0.0.1:1';
});
afterAll(async () => api.stop());

test('a task is stored though Scheduler cannot be reached, and its schedules are due for the sweep', async () => {
  const [sourceID, destinationID] = [await createJsonSource(api.client), await createDestination(api.client)];
  const { taskID } = await api.client.createTask({
    sourceID,
    destinationID,
    action: 'save',
    cron: '0 3 * * *',
  });
  expect(await api.client.getTask({ taskID })).toMatchObject({ cron: '0 3 * * *' });
  const inAMinute = { ...systemClock, now: () => new Date(Date.now() + 60_000) };
  const marks = createScheduleMarks({ ...api.table, clock: inAMinute });
  expect(await marks.listDue(10)).toEqual([expect.objectContaining({ appID: KEYS.appID, taskID })]);
  expect(api.logLines.join('')).toContain('The schedules of a task wait for the sweep');
});
