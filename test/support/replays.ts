import type { ReplayChoice } from '../../core/rejected-records/choose-rejected.ts';
import { createReplayRejected } from '../../core/rejected-records/replay-rejected.ts';
import type { KeptRejection } from '../../core/rejected-records/kept-rejection.ts';
import type { Run } from '../../core/runs/run.ts';
import type { TaskStore } from '../../core/tasks/task-store.ts';
import type { EngineWorld } from './engine-world.ts';
import type { TestTable } from './table.ts';

/** All that is kept of what a run rejected. */
export async function rejectedOf(world: EngineWorld, run: Pick<Run, 'runID'>): Promise<KeptRejection[]> {
  const { appID, runID, rejectedKept = 0 } = await world.read(run);
  return world.rejectedRecords.read(
    { appID, runID },
    Array.from({ length: rejectedKept }, (_, index) => index + 1),
  );
}

/** Asks for a replay as the API does, of a task that accepts any share of failures. */
export async function startReplay(
  world: EngineWorld,
  table: TestTable,
  {
    run,
    key = 'replay',
    isForced = false,
    ...choice
  }: ReplayChoice & {
    readonly run: Pick<Run, 'runID'>;
    readonly key?: string;
    readonly isForced?: boolean;
  },
): Promise<Run> {
  const task = { enabled: true, failureThreshold: 100 };
  const replayRejected = createReplayRejected({
    table: { ...table, clock: world.clock },
    runStore: world.runStore,
    tasks: { get: async () => ({ body: task }) } as unknown as TaskStore,
    rejectedRecords: world.rejectedRecords,
    startRun: world.startRun,
  });
  return replayRejected({
    appID: world.appID,
    runID: run.runID,
    isForced,
    triggerKey: `${world.appID}-${key}`,
    ...choice,
  });
}

/** The same, worked on to its end. */
export async function replay(...request: Parameters<typeof startReplay>): Promise<Run> {
  const [world] = request;
  const started = await startReplay(...request);
  await world.deliverAll();
  return world.read(started);
}
