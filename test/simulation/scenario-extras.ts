import type { Chance } from './chance.ts';
import { drawRows, type Occurrence, type SimTask } from './sim-task.ts';
import { namelessID, SimSource, type Row } from './sim-source.ts';

const RECORD_SETS = ['de', 'en', 'fr'];

/** Some of the rows bring no id. */
export function withoutNames(
  extras: Chance | undefined,
  taskID: string,
  rows: readonly Row[],
): readonly Row[] {
  if (extras === undefined || extras.is(0.6)) return rows;
  return rows.map((row, index) =>
    extras.is(0.5) ? { ...row, objectID: namelessID(taskID, index + 1), isNameless: true } : row,
  );
}

/** The task with updates of single records, and now and then with record sets that have an index each. */
export function extendTask(extras: Chance, plain: SimTask): SimTask {
  const task = { ...plain, updates: drawUpdates(extras, plain.taskID) };
  if (!extras.is(0.15)) return task;
  const { taskID, indexName, source } = task;
  const sets = RECORD_SETS.slice(0, extras.whole(1, RECORD_SETS.length)).map((name): [string, SimTask] => {
    const rows = withoutNames(extras, taskID, drawRows(extras, taskID));
    const { isAskable } = source;
    const part = {
      ...task,
      indexName: `${indexName}_${name}`,
      source: new SimSource(rows, { taskID, isAskable }),
    };
    return [name, part];
  });
  return { ...task, sets: new Map(sets) };
}

function drawUpdates(extras: Chance, taskID: string): Map<string, readonly string[]> {
  const count = extras.is(0.4) ? extras.whole(1, 3) : 0;
  return new Map(
    Array.from({ length: count }, (_, number) => {
      const ids = Array.from({ length: extras.whole(1, 4) }, () => `${taskID}-${extras.whole(0, 11)}`);
      return [`hint${number}`, [...new Set(ids)]];
    }),
  );
}

/** Updates, some of them asked for twice, and changes of record sets; none later than `last` milliseconds. */
export function drawExtraOccurrences(extras: Chance, task: SimTask, last: number): Occurrence[] {
  const occurrences: Occurrence[] = [];
  for (const key of task.updates.keys()) {
    const at = extras.whole(0, last);
    occurrences.push({ at, kind: 'update', task, key });
    if (extras.is(0.3)) occurrences.push({ at: at + extras.pick([0, 60_000]), kind: 'update', task, key });
  }
  for (const part of task.sets.values()) {
    if (!extras.is(0.3)) continue;
    const rows = withoutNames(extras, task.taskID, drawRows(extras, task.taskID));
    occurrences.push({ at: extras.whole(0, last), kind: 'change', task: part, rows });
  }
  return occurrences;
}
