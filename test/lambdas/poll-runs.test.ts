import type { Context } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../core/foundation/logging.ts';
import { composeScheduledWorker } from '../../lambdas/middleware/scheduled-worker.ts';
import { createHandler, type Sweeps } from '../../lambdas/poll-runs/handler.ts';
import { handler } from '../../lambdas/poll-runs/index.ts';

const context = { awsRequestId: 'request-1' } as unknown as Context;

function sweepsThat(
  runs: { sent: number; handedOff: number; failed: number },
  schedules: { synced: number; failed: number },
): Sweeps {
  return {
    sweepRuns: async () => runs,
    sweepSchedules: async () => schedules,
    sweepWindows: async () => 1,
    sweepRegistrations: async () => 6,
    sweepLinks: async () => 5,
    sweepAlerts: async () => 4,
  };
}

describe('the sweep of each minute', () => {
  it('logs what it did', async () => {
    const lines: string[] = [];
    const worker = composeScheduledWorker(
      createHandler(() => sweepsThat({ sent: 3, handedOff: 1, failed: 0 }, { synced: 2, failed: 0 })),
      { log: createLog({}, (line) => lines.push(line)) },
    );
    expect(await worker({}, context)).toEqual({
      sent: 3,
      handedOff: 1,
      synced: 2,
      windows: 1,
      links: 5,
      alerts: 4,
      registrations: 6,
    });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ message: 'Done', sent: 3, requestID: 'request-1' });
  });

  it('fails when the end of a run could not be told', async () => {
    const lines: string[] = [];
    const worker = composeScheduledWorker(
      createHandler(() => sweepsThat({ sent: 0, handedOff: 0, failed: 2 }, { synced: 0, failed: 0 })),
      { log: createLog({}, (line) => lines.push(line)) },
    );
    await expect(worker({}, context)).rejects.toThrow('2 RunFinished');
    expect(lines).toHaveLength(1);
  });

  it('fails when schedules could not be made', async () => {
    const sweep = createHandler(() =>
      sweepsThat({ sent: 1, handedOff: 0, failed: 0 }, { synced: 0, failed: 3 }),
    );
    await expect(sweep()).rejects.toThrow('schedules of 3 tasks');
  });

  it('is deployed so that a missing variable fails it by name', async () => {
    await expect(handler({}, context)).rejects.toThrow(/TABLE_NAME/);
  });
});
