import type { EngineSettings } from '../../core/runs/engine.ts';
import { DEFAULT_ENGINE_SETTINGS } from '../../core/runs/engine.ts';
import { DEFAULT_RUN_POLICY } from '../../core/runs/run-policy.ts';
import type { HoldDecision, TaskAction } from '../../core/runs/run.ts';
import type { Chance } from './chance.ts';
import { SimSource } from './sim-source.ts';
import { drawRows, type Occurrence, type SimTask } from './sim-task.ts';
import { drawExtraOccurrences, extendTask, withoutNames } from './scenario-extras.ts';

const MINUTE = 60_000;

/** Production's constants hide faults: here they are small as often as not. */
interface Tuning {
  readonly settings: EngineSettings;
  readonly batchSize: number;
  /** How long the source may take for a batch. */
  readonly readMilliseconds: number;
  readonly functionSeconds: number;
  readonly visibilitySeconds: number;
  readonly maxWorkers: number;
  readonly faultMinutes: number;
}

export interface Scenario {
  readonly tasks: readonly SimTask[];
  readonly occurrences: readonly Occurrence[];
  readonly tuning: Tuning;
  /** What each index holds before: objectIDs of the tasks that add to it, and some that nobody writes. */
  readonly held: ReadonlyMap<string, readonly string[]>;
  /** How often a person decides about an index that is held. */
  readonly decides: number;
  /** What is decided, where that is not left to chance. */
  readonly decision?: HoldDecision;
}

/** Without `extras` it is as it was before these were thought of, so that a life which showed something shows it still. */
export function drawScenario(chance: Chance, extras: Chance | undefined): Scenario {
  const tuning = drawTuning(chance);
  const tasks = drawTasks(chance, extras);
  const last = (tuning.faultMinutes - 2) * MINUTE;
  const occurrences = tasks.flatMap((task) => [
    ...drawOccurrences({ chance, extras }, task, last),
    ...(extras === undefined ? [] : drawExtraOccurrences(extras, task, last)),
  ]);
  const held = new Map<string, string[]>();
  for (const { indexName, taskID } of tasks) {
    const ids = held.get(indexName) ?? ['nobodys-1', 'nobodys-2'];
    for (let number = 0; number < 3; number += 1) if (chance.is(0.5)) ids.push(`${taskID}-${number}`);
    held.set(indexName, ids);
  }
  for (const { indexName, taskID } of tasks.flatMap(({ sets }) => [...sets.values()])) {
    held.set(indexName, ['nobodys-1', `${taskID}-0`, `${taskID}-1`]);
  }
  return { tasks, occurrences, tuning, held, decides: chance.pick([0, 0.5, 1]) };
}

function drawTuning(chance: Chance): Tuning {
  const isSlow = chance.is(0.4);
  return {
    batchSize: chance.whole(1, 4),
    readMilliseconds: chance.pick([0, 0, 3_000, 20_000]),
    functionSeconds: isSlow ? chance.whole(8, 30) : 900,
    visibilitySeconds: chance.pick([120, 300, 900]),
    maxWorkers: chance.whole(1, 4),
    faultMinutes: chance.whole(4, 10),
    settings: {
      ...DEFAULT_ENGINE_SETTINGS,
      leaseSeconds: chance.pick([10, 30, 60]),
      batchesInFlight: chance.pick([1, 2, 8]),
      checkpointBytes: chance.pick([1, 100, 64 * 1024 * 1024]),
      checkpointSeconds: chance.pick([1, 5]),
      maxUncommittedBytes: chance.pick([1, 200, 256 * 1024 * 1024]),
      sliceReserveSeconds: isSlow ? chance.whole(4, 7) : 60,
    },
  };
}

const ADDING: readonly TaskAction[] = ['save', 'partial', 'partialNoCreate', 'append'];

/** One or two tasks; where both write one index, at most one replaces it. */
function drawTasks(chance: Chance, extras: Chance | undefined): SimTask[] {
  const isShared = chance.is(0.4);
  const count = chance.is(0.5) ? 2 : 1;
  return Array.from({ length: count }, (_, number): SimTask => {
    const taskID = `task${number}`;
    const mayReplace = !isShared || number === 0;
    const isAskable = extras?.is(0.5) ?? false;
    const task = {
      taskID,
      action: mayReplace && chance.is(0.55) ? ('replace' as const) : chance.pick(ADDING),
      failureThreshold: chance.pick([0, 50, 100]),
      overlap: chance.pick(['skip', 'queue', 'queue', 'cancelOld'] as const),
      indexName: isShared ? 'shared' : `index${number}`,
      source: new SimSource(withoutNames(extras, taskID, drawRows(chance, taskID)), { taskID, isAskable }),
      policy: {
        ...DEFAULT_RUN_POLICY,
        maxDropPercent: chance.pick([10, 100, 100]),
        vanishedAttributesPercent: 100,
        heldDays: chance.pick([3, 7]) / (24 * 60),
      },
      updates: new Map<string, readonly string[]>(),
      sets: new Map<string, SimTask>(),
    };
    return extras === undefined ? task : extendTask(extras, task);
  });
}

function drawOccurrences(
  { chance, extras }: { readonly chance: Chance; readonly extras: Chance | undefined },
  task: SimTask,
  last: number,
): Occurrence[] {
  const occurrences: Occurrence[] = [];
  for (let number = chance.whole(1, 3); number > 0; number -= 1) {
    const [at, key] = [chance.whole(0, last), `key${number}`];
    occurrences.push({ at, kind: 'trigger', task, key });
    // The same trigger again, at any time.
    if (chance.is(0.3))
      occurrences.push({ at: at + chance.pick([0, 30, 60_000]), kind: 'trigger', task, key });
    if (chance.is(0.15)) occurrences.push({ at: at + chance.whole(0, 30_000), kind: 'cancel', task, key });
  }
  for (let number = chance.pick([0, 1, 2]); number > 0; number -= 1) {
    occurrences.push({
      at: chance.whole(0, last),
      kind: 'change',
      task,
      rows: withoutNames(extras, task.taskID, drawRows(chance, task.taskID)),
    });
  }
  return occurrences;
}
