import { isEnded, type Run } from '../../core/runs/run.ts';
import type { History } from './history.ts';
import { partsOf, taskOf, type SimTask } from './sim-task.ts';
import type { SimProcess } from './sim-process.ts';
import type { PublishedWrites, Records, SearchWatch, SentChange, StoredRecord, Write } from './sim-search.ts';
import { namelessID } from './sim-source.ts';
import { isBad, takenRows } from './taken-rows.ts';

interface IndexWatchOptions {
  readonly history: History;
  readonly tasks: readonly SimTask[];
  /** As stored now. */
  readonly run: (runID: string) => Run | undefined;
  readonly index: (name: string) => Records | undefined;
  /** Whether this worker may write now, by what is stored of the lease. */
  readonly mayWrite: (runID: string, process: SimProcess) => boolean;
  /** How many workers may take a run up in vain. */
  readonly maxStalls: number;
  readonly isCancelOld: (run: Run, process: SimProcess) => boolean;
}

/** Checks every change of the indices as people see it, and remembers what the final check needs. */
export class IndexWatch implements SearchWatch {
  /** `index/objectID` of live records that a late batch wrote: what they hold in the end is nobody's promise. */
  readonly late = new Set<string>();
  readonly #options: IndexWatchOptions;
  /** Per run: the places, as `version:position`, that can be searched. */
  readonly #published = new Map<string, Set<string>>();
  readonly #moved = new Set<string>();
  /** Per `index/objectID`: the runs that wrote, removed or brought it, in turn. */
  readonly #writers = new Map<string, string[]>();
  /** Per run: how many records were live when its temporary index was last written. */
  readonly #liveWhenFilled = new Map<string, number>();
  /** Per index: when the last run that replaced it, and per index and task that added to it, was created. */
  readonly #lastReplaced = new Map<string, string>();
  readonly #lastWritten = new Map<string, string>();

  constructor(options: IndexWatchOptions) {
    this.#options = options;
  }

  onSend(process: SimProcess, { runID, what, indexName }: SentChange): void {
    const run = this.#options.run(runID);
    if (run === undefined) return;
    const isCleanUp = isEnded(run) && run.held === undefined && what === 'remove';
    if (!isCleanUp && !this.#options.mayWrite(runID, process)) {
      this.#violate(`I7 ${what} of ${indexName} was sent for ${runID} without its lease`);
    }
    if (what === 'write' && run.stalls > this.#options.maxStalls) {
      this.#violate(`I21 ${runID} writes though ${run.stalls - 1} workers came to nothing`);
    }
    if (what === 'write' && this.#options.isCancelOld(run, process)) {
      this.#violate(`I19 ${runID} writes long after it was cancelled`);
    }
  }

  onWrites({ runID, indexName, writes, isLate }: PublishedWrites, before: Records): void {
    const run = this.#options.run(runID);
    if (run === undefined) return;
    const published = this.#published.get(runID) ?? new Set<string>();
    this.#published.set(runID, published);
    for (const write of writes)
      published.add(write.action === REMOVAL ? write.body.objectID : placeOf(write.body));
    if (isLate) for (const { body } of writes) this.late.add(`${indexName}/${body.objectID}`);
    if (indexName.includes('_tmp_')) {
      const live = this.#options.index(taskOf(this.#options.tasks, run).indexName);
      this.#liveWhenFilled.set(runID, live?.size ?? 0);
      return;
    }
    if (run.action === 'replace') this.#violate(`I8 ${runID} wrote into the live index`);
    if (isLate) return;
    const isUpdate = run.type === 'update';
    // Updates fetch what is there when they write it, whatever was written before.
    const byTask = `${indexName}/${isUpdate ? 'updates' : run.taskID}`;
    const newest = later(this.#lastWritten.get(byTask), this.#lastReplaced.get(indexName));
    if (newest > run.createdAt && !isUpdate) {
      this.#violate(`I10 ${runID} wrote over what a later run has written`);
    }
    this.#lastWritten.set(byTask, later(this.#lastWritten.get(byTask), run.createdAt));
    for (const write of writes) {
      this.#checkRecord(run, indexName, write, before.get(write.body.objectID));
      this.#noteWriter(runID, `${indexName}/${write.body.objectID}`);
    }
  }

  onMove(runID: string, { from, to }: { from: string; to: string }, records: Records): void {
    const run = this.#options.run(runID);
    if (run === undefined) return;
    const task = taskOf(this.#options.tasks, run);
    const [first] = records.values();
    // A person may want it.
    const isApproved = run.held?.decision === 'approve';
    if (first === undefined && !isApproved)
      this.#violate(`I8 ${runID} put an empty index in the place of ${to}`);
    const version = Number(run.cursor?.['version'] ?? first?.version);
    const expected = task.source.expected(version);
    for (const objectID of new Set([...records.keys(), ...expected.keys()])) {
      const record = records.get(objectID);
      if (record?.version === version && record.position === expected.get(objectID)) continue;
      // Of two records with one id the earlier may have come late, and a person may want whatever there is.
      const isOvertaken = record?.version === version && this.late.has(`${from}/${objectID}`);
      if (isApproved || isOvertaken) this.late.add(`${to}/${objectID}`);
      else this.#violate(`I8 ${objectID} is not as in version ${version} where ${runID} replaced ${to}`);
    }
    this.#checkDrop(task, { runID, to, isApproved, size: records.size });
    this.#moved.add(runID);
    for (const objectID of records.keys()) this.#noteWriter(runID, `${to}/${objectID}`);
    const writers = [...this.#lastWritten].filter(([key]) => key.startsWith(`${to}/`)).map(([, at]) => at);
    const newest = [this.#lastReplaced.get(to), ...writers].reduce(later, '');
    if ((newest ?? '') > run.createdAt) this.#violate(`I9 ${runID} replaced what a later run has written`);
    this.#lastReplaced.set(to, run.createdAt);
  }

  /** Whether people see what the run has written into its temporary index. */
  isMoved(runID: string): boolean {
    return this.#moved.has(runID);
  }

  onRemove(indexName: string): void {
    const runID = /_tmp_([^_]+)/.exec(indexName)?.[1];
    if (runID === undefined) this.#violate(`I8 the live index ${indexName} was removed`);
    else this.#published.delete(runID);
  }

  /** The first place before the run's cursor that people (or the gate) do not find, or what they still find. */
  firstUnpublished(run: Run, task: SimTask): string | undefined {
    const { runID, cursor, action } = run;
    const version = Number(cursor?.['version']);
    const published = this.#published.get(runID);
    const live = this.#options.index(task.indexName);
    const { rows, missing, isUnclear } = takenRows(run, task);
    const hidden = rows.find((row) => {
      if (isBad(row) || published?.has(`${version}:${row.place}`) === true) return false;
      return action !== 'append' || live?.has(row.objectID) !== true;
    });
    if (hidden !== undefined) return `${version}:${hidden.place}`;
    if (isUnclear || action === 'append') return undefined;
    return missing.find((objectID) => published?.has(objectID) !== true);
  }

  /** When an update has come to its end its index is, for what it names, as the source was when it was read. */
  checkUpdated(run: Run, task: SimTask): void {
    const version = Number(run.cursor?.['version']);
    const expected = task.source.expected(version);
    const { missing, isUnclear, rows } = takenRows(run, task);
    for (const objectID of task.updates.get(run.trigger.key) ?? []) {
      const record = this.#options.index(task.indexName)?.get(objectID);
      const isNobodys = this.late.has(`${task.indexName}/${objectID}`);
      const isLeft = run.action === 'append' || (isUnclear && missing.includes(objectID));
      // Between two slices of this update another run may have fetched it anew, never what was there before.
      const writers = this.#writers.get(`${task.indexName}/${objectID}`) ?? [];
      const isFetchedAnew = writers.includes(run.runID) && writers.at(-1) !== run.runID;
      if (isFetchedAnew && (record === undefined || Number(record.version) >= version)) continue;
      // Where none of its rows can be applied it stays as it was.
      if (isNobodys || isLeft || rows.some((row) => row.objectID === objectID && isBad(row))) continue;
      // Another task that replaces the index may have taken its turn between two slices of the update.
      const mayBeGone = run.action === 'partialNoCreate' || this.#isShared(task.indexName);
      if (mayBeGone && record === undefined) continue;
      const place = expected.get(objectID);
      const isRight = record === undefined ? place === undefined : placeOf(record) === `${version}:${place}`;
      if (!isRight) this.#violate(`I10 ${objectID} is not as the update ${run.runID} must have left it`);
    }
  }

  #noteWriter(runID: string, key: string): void {
    this.#writers.set(key, [...(this.#writers.get(key) ?? []), runID]);
  }

  #checkDrop(
    { policy }: SimTask,
    { runID, to, isApproved, size }: { runID: string; to: string; isApproved: boolean; size: number },
  ): void {
    // What other tasks add after the gate has looked is no drop.
    const isShared = this.#isShared(to);
    const live = this.#options.index(to)?.size ?? 0;
    // Nor is what an update of the same task adds after that.
    const before = Math.min(live, this.#liveWhenFilled.get(runID) ?? live);
    const isDrop = (before - size) * 100 > policy.maxDropPercent * before;
    if (isDrop && !isApproved && !isShared)
      this.#violate(`I8 ${size} records took the place of ${before} without a question`);
  }

  #isShared(name: string): boolean {
    return this.#options.tasks.flatMap(partsOf).filter(({ indexName }) => indexName === name).length > 1;
  }

  #checkRemoval(run: Run, objectID: string): void {
    const task = taskOf(this.#options.tasks, run);
    const isNamed = task.updates.get(run.trigger.key)?.includes(objectID) === true;
    if (run.type !== 'update' || !isNamed) this.#violate(`I11 ${run.runID} removed ${objectID}`);
    if (run.action === 'append') this.#violate(`I12 an append removed ${objectID}`);
    if (!task.source.wasWithout(objectID))
      this.#violate(`I6 ${objectID} was removed though its source has it`);
  }

  #checkRecord(run: Run, indexName: string, { action, body }: Write, before: StoredRecord | undefined): void {
    if (action === REMOVAL) return this.#checkRemoval(run, body.objectID);
    if (this.late.has(`${indexName}/${body.objectID}`) || before === undefined) return;
    if (before.version > body.version)
      this.#violate(`I10 ${body.objectID} went back to version ${body.version}`);
    const isOwn = [`${run.taskID}-`, namelessID(run.taskID, 0).slice(0, -1)];
    if (!isOwn.some((prefix) => before.objectID.startsWith(prefix)))
      this.#violate(`I10 ${run.taskID} wrote ${before.objectID}, which is not in its source`);
    // A batch that was accepted and not seen is sent again as it was.
    if (run.action === 'append' && placeOf(before) !== placeOf(body)) {
      this.#violate(`I12 an append changed ${body.objectID}`);
    }
    const wanted = WIRE_ACTIONS[run.action];
    if (action !== wanted) this.#violate(`I11 a ${run.action} run sent ${action}`);
  }

  #violate(message: string): void {
    this.#options.history.violate(message);
  }
}

const WIRE_ACTIONS = {
  replace: 'addObject',
  save: 'addObject',
  append: 'addObject',
  partial: 'partialUpdateObject',
  partialNoCreate: 'partialUpdateObjectNoCreate',
};

/** The action that takes a record out. */
const REMOVAL = 'deleteObject';

export function placeOf({ version, position }: StoredRecord): string {
  return `${version}:${position}`;
}

function later(one = '', other = ''): string {
  return one > other ? one : other;
}
