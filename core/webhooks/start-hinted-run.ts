import type { Clock } from '../foundation/clock.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { putRunEntities, readRunEntities } from '../runs/run-entities.ts';
import { number } from '../runs/amounts.ts';
import type { Run } from '../runs/run.ts';
import type { RunNote } from '../runs/run-journal.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import type { StartOrSkip } from '../triggers/start-or-skip.ts';
import type { GatherHints } from './gather-hints.ts';
import { MAX_ENTITIES, MAX_ENTITY_BYTES, sizeOf } from './hint.ts';
import type { HintLine, WaitingHint } from './hint-line.ts';
import type { HintWindow, HintWindows } from './hint-window.ts';

/** What one run stands for at most; the rest is for the next one. */
const MAX_HINTS = 500;

const MAX_NAMED = 20;

const KEEP_SECONDS = 30 * 24 * 60 * 60;

/** Starts the one run that takes the hints which gathered in a window, however often it is asked to. */
export type StartHintedRun = (window: HintWindow) => Promise<void>;

interface StartHintedRunDependencies {
  readonly table: TableAccess;
  readonly tasks: TaskStore;
  readonly startOrSkip: StartOrSkip;
  readonly windows: Pick<HintWindows, 'close' | 'forget'>;
  readonly line: Pick<HintLine, 'list' | 'leave'>;
  readonly gatherHints: GatherHints;
  readonly clock: Clock;
}

export function createStartHintedRun(dependencies: StartHintedRunDependencies): StartHintedRun {
  const { table, tasks, windows, line, gatherHints } = dependencies;
  return async (window) => {
    if (!(await windows.close(window))) return;
    const waiting = await line.list(window, MAX_HINTS);
    if (waiting.length > 0) {
      const task = await tasks.find(window.appID, window.taskID);
      const run = task === undefined ? undefined : await startRun(dependencies, window, waiting);
      // What the run was claimed with counts: it may be that of an earlier try, which had seen other hints.
      const places =
        run === undefined
          ? waiting.map(({ place }) => place)
          : (await readRunEntities(table, { appID: window.appID, runID: run.runID })).hints;
      await line.leave(window, places, run?.runID ?? 'none');
      if ((await line.list(window, 1)).length > 0) await gatherHints(window, 0);
    }
    await windows.forget(window);
  };
}

async function startRun(
  { table, startOrSkip, clock }: StartHintedRunDependencies,
  { appID, taskID, windowID }: HintWindow,
  waiting: readonly WaitingHint[],
): Promise<Run> {
  const { places, entityIDs } = takeTogether(waiting);
  const expiresAt = Math.floor(clock.now().getTime() / 1000) + KEEP_SECONDS;
  return startOrSkip({
    appID,
    taskID,
    trigger: { kind: 'webhook', key: windowID },
    type: entityIDs === undefined ? 'reindex' : 'update',
    note: describeHints(places.length, entityIDs),
    also: (run) => [
      putRunEntities(table.tableName, run, { entityIDs: entityIDs ?? [], hints: places, expiresAt }),
    ],
  });
}

/** The run's first event. */
function describeHints(deliveries: number, entityIDs: readonly string[] | undefined): RunNote {
  const named =
    entityIDs === undefined
      ? 'They ask for the whole source.'
      : `Records that they name: ${number(entityIDs.length)}.`;
  const message = `Deliveries of the webhook that this run takes: ${number(deliveries)}. ${named}`;
  const objectIDs = entityIDs?.slice(0, MAX_NAMED);
  const data = {
    level: 'info',
    code: 'webhook.hints',
    message,
    deliveries,
    ...(objectIDs ? { objectIDs } : {}),
  };
  return { type: 'log', status: null, data };
}

/** As many hints as fit into one run, at least one; no entities when one of the hints is about the whole. */
function takeTogether(waiting: readonly WaitingHint[]): {
  places: string[];
  entityIDs: string[] | undefined;
} {
  if (waiting.some(({ entityIDs }) => entityIDs === undefined)) {
    return { places: waiting.map(({ place }) => place), entityIDs: undefined };
  }
  const places: string[] = [];
  const entities = new Set<string>();
  let bytes = 0;
  for (const { place, entityIDs = [] } of waiting) {
    const added = entityIDs.filter((id) => !entities.has(id));
    bytes += sizeOf(added);
    const isTooMuch = entities.size + added.length > MAX_ENTITIES || bytes > MAX_ENTITY_BYTES;
    if (isTooMuch && places.length > 0) break;
    for (const id of added) entities.add(id);
    places.push(place);
  }
  return { places, entityIDs: [...entities] };
}
