import type { Run, TaskAction } from '../../core/runs/run.ts';
import { placeOf } from './index-watch.ts';
import type { History } from './history.ts';
import type { Scenario } from './scenario.ts';
import { taskOf, type SimTask } from './sim-task.ts';
import type { StoredRecord } from './sim-search.ts';
import { isBad } from './taken-rows.ts';
import type { World } from './world.ts';

/** What must be when everything has come to its end. */
export function checkEnd(world: World, scenario: Scenario, history: History): void {
  const runs = [...world.tableWatch.runs.values()];
  for (const { runID } of runs) {
    if (!world.told.has(runID)) history.violate(`I26 nobody was told of the end of ${runID}`);
  }
  for (const { kind, ...occurrence } of scenario.occurrences) {
    if ((kind !== 'trigger' && kind !== 'update') || !('key' in occurrence)) continue;
    const isThere = runs.some(
      ({ taskID, trigger }) => taskID === occurrence.task.taskID && trigger.key === occurrence.key,
    );
    if (!isThere) history.violate(`I6 the trigger ${occurrence.key} of ${occurrence.task.taskID} has no run`);
  }
  for (const run of runs) checkSets(run, runs, { scenario, history });
  for (const name of world.search.indexes.keys()) {
    if (name.includes('_tmp_')) history.violate(`I22 ${name} was left behind`);
  }
  for (const indexName of scenario.held.keys()) checkIndex(world, scenario, { indexName, history });
}

/** Where a source has record sets, each has a run for the trigger, once the first run knew them. */
function checkSets(
  { runID, recordSet, dividedFrom, taskID }: Run,
  runs: readonly Run[],
  { scenario, history }: { scenario: Scenario; history: History },
): void {
  if (recordSet === undefined || dividedFrom !== undefined) return;
  const [first, ...others] = taskOf(scenario.tasks, { taskID }).sets.keys();
  if (others.length === 0) return;
  const siblings = runs.filter((run) => run.dividedFrom === runID).map((run) => run.recordSet);
  if (recordSet !== first) history.violate(`I6 the first run of ${taskID} is that of ${recordSet}`);
  const isEach = siblings.toSorted().join() === others.join();
  if (!isEach)
    history.violate(`I6 beside ${runID} there are runs for ${siblings.join()}, not ${others.join()}`);
}

interface CheckedIndex {
  readonly indexName: string;
  readonly history: History;
}

/** Every record is one that the runs may have left there. */
function checkIndex(world: World, scenario: Scenario, { indexName, history }: CheckedIndex): void {
  const possible = possibleIn(world, scenario, indexName);
  const live = world.search.indexes.get(indexName) ?? new Map<string, StoredRecord>();
  for (const objectID of new Set([...possible.keys(), ...live.keys()])) {
    if (world.indexWatch.late.has(`${indexName}/${objectID}`)) continue;
    const record = live.get(objectID);
    const place = record === undefined ? NONE : placeOf(record);
    const places = possible.get(objectID) ?? new Set([NONE]);
    if (places.has(place)) continue;
    const wanted = [...places].join(' or ');
    history.violate(`Nothing lost, nothing doubled: ${objectID} in ${indexName} is ${place}, not ${wanted}`);
  }
}

/** Where each record may come from, when the runs do their work one after the other as they were triggered. */
function possibleIn(world: World, { tasks, held }: Scenario, indexName: string): Map<string, Set<string>> {
  let possible = new Map((held.get(indexName) ?? []).map((objectID) => [objectID, new Set(['0:0'])]));
  const runs = [...world.tableWatch.runs.values()];
  const own = runs.filter((run) => taskOf(tasks, run).indexName === indexName && run.attempts > 0);
  const updates = own.filter(({ type }) => type === 'update');
  const others = own.filter(({ type }) => type !== 'update');
  // Updates take turns with the others as it happens.
  for (const update of updates) addUpdated(possible, update, taskOf(tasks, update));
  for (const run of others.sort((one, other) => (one.createdAt < other.createdAt ? -1 : 1))) {
    const task = taskOf(tasks, run);
    if (run.action !== 'replace') addPossible(possible, run, task);
    else if (run.outcome === 'success') possible = replaced(run, task);
    else if (run.reason?.includes('not certain') === true) possible = either(possible, replaced(run, task));
    for (const update of updates) addUpdated(possible, update, taskOf(tasks, update));
  }
  return possible;
}

/** What an update may have made of the records that it names: as in any version since it was asked for, or gone. */
function addUpdated(possible: Map<string, Set<string>>, run: Run, { source, updates }: SimTask): void {
  const first = source.versionAt(Date.parse(run.createdAt));
  for (const objectID of updates.get(run.trigger.key) ?? []) {
    const places = new Set(possible.get(objectID) ?? [NONE]);
    for (let version = first; version <= source.version; version += 1) {
      const rows = source.rows(version).map((row, index) => ({ ...row, place: `${version}:${index + 1}` }));
      const named = rows.filter((row) => row.objectID === objectID);
      for (const row of named) if (!isBad(row)) places.add(row.place);
      if (named.length === 0 && run.action !== 'append') places.add(NONE);
    }
    possible.set(objectID, places);
  }
}

function either(one: Map<string, Set<string>>, other: Map<string, Set<string>>): Map<string, Set<string>> {
  const missing = new Set([NONE]);
  return new Map(
    [...new Set([...one.keys(), ...other.keys()])].map((objectID) => [
      objectID,
      (one.get(objectID) ?? missing).union(other.get(objectID) ?? missing),
    ]),
  );
}

const NONE = 'not there';

function replaced(run: Run, { source }: SimTask): Map<string, Set<string>> {
  const version = Number(run.cursor?.['version']);
  return new Map(
    [...source.expected(version)].map(([objectID, place]) => [objectID, new Set([`${version}:${place}`])]),
  );
}

/** What a run that adds to the index may have made of each record: of the version that a success read last, one thing. */
function addPossible(possible: Map<string, Set<string>>, run: Run, { source }: SimTask): void {
  const isSuccess = run.outcome === 'success';
  // A source without records gives no cursor.
  const last = isSuccess && run.cursor !== undefined ? Number(run.cursor['version']) : source.version;
  // Where the source changed the run began again, and left what it had written.
  const first = source.versionAt(Date.parse(run.createdAt));
  for (let version = first; version <= last; version += 1) {
    const isWhole = isSuccess && run.cursor !== undefined && version === last;
    const places = new Map<string, string[]>();
    for (const [index, row] of source.rows(version).entries()) {
      if (isBad(row)) continue;
      places.set(row.objectID, [...(places.get(row.objectID) ?? []), `${version}:${index + 1}`]);
    }
    for (const [objectID, all] of places) {
      const before = possible.get(objectID) ?? new Set([NONE]);
      const after = isWhole ? afterWhole(run.action, before, all) : afterPart(run.action, before, all);
      possible.set(objectID, after);
    }
  }
}

/** `all` are the places of the record, in the order of the source. */
function afterWhole(action: TaskAction, before: Set<string>, all: readonly string[]): Set<string> {
  const isMissing = before.has(NONE);
  const isThere = before.size > (isMissing ? 1 : 0);
  const first = new Set(all.slice(0, 1));
  const last = new Set(all.slice(-1));
  // The first of an id is added, and none where there is one.
  if (action === 'append') return isMissing ? before.difference(new Set([NONE])).union(first) : before;
  if (action !== 'partialNoCreate') return last;
  return new Set([...(isThere ? last : []), ...(isMissing ? [NONE] : [])]);
}

function afterPart(action: TaskAction, before: Set<string>, all: readonly string[]): Set<string> {
  const isThere = !before.has(NONE) || before.size > 1;
  return action === 'partialNoCreate' && !isThere ? before : before.union(new Set(all));
}
