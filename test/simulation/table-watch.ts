import { TABLE_KEYS } from '../../core/foundation/table.ts';
import { leaseItemKey } from '../../core/leases/lease.ts';
import type { RunEvent } from '../../core/run-events/run-event.ts';
import { RUN_EVENT_PREFIX } from '../../core/run-events/run-event-item.ts';
import type { EngineSettings } from '../../core/runs/engine.ts';
import { breachesThreshold, isBalanced } from '../../core/runs/run-counts.ts';
import { isEnded, type Run } from '../../core/runs/run.ts';
import type { ItemChange, MemoryTable } from '../support/memory-table/memory-table.ts';
import type { Item } from '../support/memory-table/values.ts';
import type { History } from './history.ts';
import type { IndexWatch } from './index-watch.ts';
import { taskOf, type SimTask } from './sim-task.ts';
import { isBad, takenRows } from './taken-rows.ts';
import type { Timeline } from './timeline.ts';

/** How a run may go on. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  created: ['created', 'started', 'finished', 'skipped'],
  started: ['started', 'finished'],
  finished: ['finished'],
  skipped: ['skipped'],
};

interface TableWatchOptions {
  readonly table: MemoryTable;
  readonly timeline: Timeline;
  readonly history: History;
  readonly tasks: readonly SimTask[];
  readonly index: IndexWatch;
  readonly settings: EngineSettings;
}

/** Checks every write to the table as it happens. The numbers are those of the invariants in the folder's README. */
export class TableWatch {
  /** As stored now. */
  readonly runs = new Map<string, Run>();
  /** Since when it is stored that a run is to end; who asked may have stood still in between. */
  readonly cancelledAt = new Map<string, number>();
  /** Since when a run has nothing to do with its temporary index any more. */
  readonly doneAt = new Map<string, number>();
  onRun: (run: Run, before: Run | undefined) => void = () => undefined;
  readonly #options: TableWatchOptions;
  readonly #claims = new Map<string, string>();

  constructor(options: TableWatchOptions) {
    this.#options = options;
    options.table.onChange = (changes) => {
      for (const change of changes) this.#check(change);
    };
  }

  /** The lease of an index as stored now. */
  lease(appID: string, key: string): Item {
    return this.#options.table.get(leaseItemKey(appID, key)) ?? {};
  }

  #check({ before, after }: ItemChange): void {
    const partition = String((after ?? before)?.[TABLE_KEYS.partition]);
    if (String(after?.[TABLE_KEYS.sort]).startsWith(RUN_EVENT_PREFIX))
      this.#checkEvent(after as unknown as RunEvent);
    if (partition.endsWith('#lease')) this.#checkLease(before ?? {}, after ?? {});
    if (!partition.endsWith('#run')) return;
    const [was, is] = [before as Run | undefined, after as Run | undefined];
    if (is === undefined) return this.#violate('I2 a run was deleted');
    this.runs.set(is.runID, is);
    const { now } = this.#options.timeline;
    if (is.cancelRequestedAt !== undefined && was?.cancelRequestedAt === undefined) {
      this.cancelledAt.set(is.runID, now);
    }
    const isDone = isEnded(is) && is.held === undefined;
    if (isDone && !this.doneAt.has(is.runID)) this.doneAt.set(is.runID, now);
    this.#checkDue(is);
    if (was === undefined) this.#checkClaim(is);
    else this.#checkRun(was, is);
    this.onRun(is, was);
  }

  #checkClaim(run: Run): void {
    const { taskID, trigger, dividedFrom, recordSet } = run;
    const claim = `${taskID} ${trigger.key} ${dividedFrom === undefined ? '' : recordSet}`;
    if (this.#claims.has(claim)) this.#violate(`I1 two runs for the trigger ${claim}`);
    this.#claims.set(claim, run.runID);
  }

  #checkLease(before: Item, after: Item): void {
    const fences = [Number(before['fence'] ?? 0), Number(after['fence'] ?? 0)] as const;
    if (fences[1] < fences[0]) this.#violate('I3 the fence went back');
    if (fences[1] === fences[0]) return;
    const heldUntil = before['heldUntil'];
    if (typeof heldUntil === 'string' && Date.parse(heldUntil) > this.#options.timeline.now) {
      this.#violate(`I3 the lease went to another while it was held until ${heldUntil}`);
    }
  }

  #checkRun(was: Run, is: Run): void {
    if (NEXT[was.status]?.includes(is.status) !== true) this.#violate(`I2 ${was.status} became ${is.status}`);
    if (isEnded(was)) {
      const isSame = was.outcome === is.outcome && JSON.stringify(was.counts) === JSON.stringify(is.counts);
      if (!isSame && was.held === undefined) this.#violate(`I2 the end of ${is.runID} was changed`);
    }
    if (!isBalanced(is.counts)) this.#violate(`I17 the books do not balance: ${JSON.stringify(is.counts)}`);
    if (is.outcome === 'success' && breachesThreshold(is.counts, is.failureThreshold)) {
      this.#violate('I18 a success with too many rejected records');
    }
    if (is.reason?.includes('do not balance') === true) this.#violate(`I17 ${is.reason}`);
    if (is.reason?.includes('not known any more') === true) this.#violate(`I6 ${is.reason}`);
    const isCommit = is.revision !== was.revision && is.status === 'started';
    if (isCommit && this.lease(is.appID, is.leaseKey ?? '')['fence'] !== is.fence) {
      this.#violate(`I4 ${is.runID} was moved on under fence ${is.fence}`);
    }
    this.#checkCursor(was, is);
    if (is.outcome === 'success' && was.outcome !== 'success') this.#checkSuccess(is);
  }

  /** What is due must be found from what is stored alone, and nothing may be tried for ever. */
  #checkDue(run: Run): void {
    const { runID, dueAt, notification, held, cleanUpAt, restarts } = run;
    const isAnythingDue =
      !isEnded(run) || notification !== undefined || held !== undefined || cleanUpAt !== undefined;
    if (isAnythingDue && dueAt === undefined) this.#violate(`I15 no sweep would find ${runID}`);
    if (restarts > this.#options.settings.maxRestarts)
      this.#violate(`I21 ${runID} began again ${restarts} times`);
  }

  #checkEvent({ status, data }: RunEvent): void {
    const tries = Number(data?.['tries'] ?? 0);
    const isTooMuch = status === 'retried' && tries >= this.#options.settings.maxTries;
    if (isTooMuch) this.#violate(`I21 something is tried again after ${tries} times`);
  }

  #checkCursor(was: Run, is: Run): void {
    if (JSON.stringify(was.cursor) === JSON.stringify(is.cursor)) return;
    const [from, to] = [positionOf(was), positionOf(is)];
    const isRestart = is.cursor === undefined && is.restarts > was.restarts;
    if (isRestart) return;
    const isSameVersion = was.cursor === undefined || was.cursor['version'] === is.cursor?.['version'];
    if (to < from || !isSameVersion) this.#violate(`I4 the cursor went from ${from} to ${to}`);
    const { rows, missing, isUnclear } = takenRows(is, this.#task(is));
    const rejected = rows.filter(isBad).length + (isUnclear ? missing.length : 0);
    const { counts } = is;
    if (counts.received !== rows.length + missing.length) {
      this.#violate(`I17 ${counts.received} received at position ${to}`);
    }
    // What an append finds in the index is not sent, so nobody refuses it.
    const most = is.action === 'append' ? rejected : counts.rejected;
    if (counts.rejected > rejected || most < rejected) {
      this.#violate(`I17 ${counts.rejected} of ${rejected} bad records were counted`);
    }
    const passed = this.#options.index.firstUnpublished(is, this.#task(is));
    if (is.cursor?.['entitiesDone'] === true) this.#options.index.checkUpdated(is, this.#task(is));
    if (passed !== undefined) this.#violate(`I5 the cursor passed ${passed}, which is not published`);
  }

  #checkSuccess(run: Run): void {
    const rows = this.#task(run).source.rows(Number(run.cursor?.['version'] ?? 1));
    // Nothing is moved over nothing.
    const isMoved = this.#options.index.isMoved(run.runID) || run.counts.applied === 0;
    if (run.action === 'replace' && !isMoved) {
      this.#violate(`I8 ${run.runID} is called a success and was not moved`);
    }
    if (run.cursor?.['version'] !== undefined && positionOf(run) !== rows.length) {
      this.#violate(`I17 a success at ${positionOf(run)} of ${rows.length} rows`);
    }
  }

  #task(run: Run): SimTask {
    return taskOf(this.#options.tasks, run);
  }

  #violate(message: string): void {
    this.#options.history.violate(message);
  }
}

function positionOf({ cursor }: Run): number {
  return Number(cursor?.['position'] ?? 0);
}
