import type { OverlapPolicy } from '../../core/runs/overlap.ts';
import type { EngineSettings } from '../../core/runs/engine.ts';
import { DEFAULT_ENGINE_SETTINGS } from '../../core/runs/engine.ts';
import { DEFAULT_RUN_POLICY, type RunPolicy } from '../../core/runs/run-policy.ts';
import type { TaskAction } from '../../core/runs/run.ts';
import type { Chance } from './chance.ts';
import { SimSource, type Row } from './sim-source.ts';

const MINUTE = 60_000;

export interface SimTask {
  readonly taskID: string;
  readonly action: TaskAction;
  readonly failureThreshold: number;
  readonly overlap: OverlapPolicy;
  readonly indexName: string;
  readonly source: SimSource;
  readonly policy: RunPolicy;
}

/** Something from outside, so many milliseconds after the start. */
export type Occurrence = { readonly at: number } & (
  | { readonly kind: 'trigger'; readonly task: SimTask; readonly key: string }
  | { readonly kind: 'cancel'; readonly task: SimTask; readonly key: string }
  | { readonly kind: 'change'; readonly task: SimTask; readonly rows: readonly Row[] }
);

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
}

export function drawScenario(chance: Chance): Scenario {
  const tuning = drawTuning(chance);
  const tasks = drawTasks(chance);
  const occurrences = tasks.flatMap((task) => drawOccurrences(chance, task, tuning.faultMinutes));
  const held = new Map<string, string[]>();
  for (const { indexName, taskID } of tasks) {
    const ids = held.get(indexName) ?? ['nobodys-1', 'nobodys-2'];
    for (let number = 0; number < 3; number += 1) if (chance.is(0.5)) ids.push(`${taskID}-${number}`);
    held.set(indexName, ids);
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
function drawTasks(chance: Chance): SimTask[] {
  const isShared = chance.is(0.4);
  const count = chance.is(0.5) ? 2 : 1;
  return Array.from({ length: count }, (_, number): SimTask => {
    const taskID = `task${number}`;
    const mayReplace = !isShared || number === 0;
    return {
      taskID,
      action: mayReplace && chance.is(0.55) ? 'replace' : chance.pick(ADDING),
      failureThreshold: chance.pick([0, 50, 100]),
      overlap: chance.pick(['skip', 'queue', 'queue', 'cancelOld']),
      indexName: isShared ? 'shared' : `index${number}`,
      source: new SimSource(drawRows(chance, taskID)),
      policy: {
        ...DEFAULT_RUN_POLICY,
        maxDropPercent: chance.pick([10, 100, 100]),
        vanishedAttributesPercent: 100,
        heldDays: chance.pick([3, 7]) / (24 * 60),
      },
    };
  });
}

function drawRows(chance: Chance, taskID: string): Row[] {
  const isClean = chance.is(0.6);
  const count = chance.is(0.05) ? 0 : chance.whole(1, 10);
  return Array.from({ length: count }, (): Row => {
    const objectID = `${taskID}-${chance.whole(0, 11)}`;
    if (isClean || chance.is(0.85)) return { objectID };
    return chance.is(0.5) ? { objectID, isBroken: true } : { objectID, isRefused: true };
  });
}

function drawOccurrences(chance: Chance, task: SimTask, faultMinutes: number): Occurrence[] {
  const occurrences: Occurrence[] = [];
  const last = (faultMinutes - 2) * MINUTE;
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
      rows: drawRows(chance, task.taskID),
    });
  }
  return occurrences;
}
