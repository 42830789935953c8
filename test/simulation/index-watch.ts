import { isEnded, type Run } from '../../core/runs/run.ts';
import type { History } from './history.ts';
import type { SimTask } from './scenario.ts';
import type { SimProcess } from './sim-process.ts';
import type { PublishedWrites, Records, SearchWatch, SentChange, StoredRecord, Write } from './sim-search.ts';
import type { Row } from './sim-source.ts';

interface IndexWatchOptions {
  readonly history: History;
  readonly tasks: readonly SimTask[];
  /** As stored now. */
  readonly run: (runID: string) => Run | undefined;
  readonly index: (name: string) => Records | undefined;
  /** Whether this worker may write now, by what is stored of the lease. */
  readonly mayWrite: (runID: string, process: SimProcess) => boolean;
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
    if (what === 'write' && this.#options.isCancelOld(run, process)) {
      this.#violate(`I19 ${runID} writes long after it was cancelled`);
    }
  }

  onWrites({ runID, indexName, writes, isLate }: PublishedWrites, before: Records): void {
    const run = this.#options.run(runID);
    if (run === undefined) return;
    const published = this.#published.get(runID) ?? new Set<string>();
    this.#published.set(runID, published);
    for (const { body } of writes) published.add(placeOf(body));
    if (isLate) for (const { body } of writes) this.late.add(`${indexName}/${body.objectID}`);
    if (indexName.includes('_tmp_')) return;
    if (run.action === 'replace') this.#violate(`I8 ${runID} wrote into the live index`);
    if (isLate) return;
    const byTask = `${indexName}/${run.taskID}`;
    const newest = later(this.#lastWritten.get(byTask), this.#lastReplaced.get(indexName));
    if (newest > run.createdAt) this.#violate(`I10 ${runID} wrote over what a later run has written`);
    this.#lastWritten.set(byTask, later(this.#lastWritten.get(byTask), run.createdAt));
    for (const write of writes) this.#checkRecord(run, indexName, write, before.get(write.body.objectID));
  }

  onMove(runID: string, { from, to }: { from: string; to: string }, records: Records): void {
    const run = this.#options.run(runID);
    const task = this.#options.tasks.find(({ taskID }) => taskID === run?.taskID);
    if (run === undefined || task === undefined) return;
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
    this.#checkDrop(task, { to, isApproved, size: records.size });
    this.#moved.add(runID);
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

  /** The first place before the run's cursor that people (or the gate) do not find. */
  firstUnpublished({ runID, cursor, action }: Run, { source, indexName }: SimTask): string | undefined {
    const version = Number(cursor?.['version']);
    const published = this.#published.get(runID);
    const live = this.#options.index(indexName);
    const rows = source.rows(version).slice(0, Number(cursor?.['position'] ?? 0));
    const missing = rows.findIndex((row, index) => {
      if (isBad(row) || published?.has(`${version}:${index + 1}`) === true) return false;
      return action !== 'append' || live?.has(row.objectID) !== true;
    });
    return missing < 0 ? undefined : `${version}:${missing + 1}`;
  }

  #checkDrop(
    { policy }: SimTask,
    { to, isApproved, size }: { to: string; isApproved: boolean; size: number },
  ): void {
    // What other tasks add after the gate has looked is no drop.
    const isShared = this.#options.tasks.filter(({ indexName }) => indexName === to).length > 1;
    const before = this.#options.index(to)?.size ?? 0;
    const isDrop = (before - size) * 100 > policy.maxDropPercent * before;
    if (isDrop && !isApproved && !isShared)
      this.#violate(`I8 ${size} records took the place of ${before} without a question`);
  }

  #checkRecord(run: Run, indexName: string, { action, body }: Write, before: StoredRecord | undefined): void {
    if (this.late.has(`${indexName}/${body.objectID}`) || before === undefined) return;
    if (before.version > body.version)
      this.#violate(`I10 ${body.objectID} went back to version ${body.version}`);
    const isOwn = before.objectID.startsWith(`${run.taskID}-`);
    if (!isOwn) this.#violate(`I10 ${run.taskID} wrote ${before.objectID}, which is not in its source`);
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

export function isBad({ isBroken, isRefused }: Row): boolean {
  return isBroken === true || isRefused === true;
}

export function placeOf({ version, position }: StoredRecord): string {
  return `${version}:${position}`;
}

function later(one = '', other = ''): string {
  return one > other ? one : other;
}
