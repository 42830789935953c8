import { TABLE_KEYS } from '../../core/foundation/table.ts';
import { leaseItemKey } from '../../core/leases/lease.ts';
import { breachesThreshold, isBalanced } from '../../core/runs/run-counts.ts';
import { isEnded, type Run } from '../../core/runs/run.ts';
import type { ItemChange, MemoryTable } from '../support/memory-table/memory-table.ts';
import type { Item } from '../support/memory-table/values.ts';
import type { History } from './history.ts';
import type { IndexWatch } from './index-watch.ts';
import type { SimTask } from './scenario.ts';
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
}

/** Checks every write to the table as it happens. The numbers are those of the invariants in the folder's README. */
export class TableWatch {
  /** As stored now. */
  readonly runs = new Map<string, Run>();
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
    if (partition.endsWith('#lease')) this.#checkLease(before ?? {}, after ?? {});
    if (!partition.endsWith('#run')) return;
    const [was, is] = [before as Run | undefined, after as Run | undefined];
    if (is === undefined) return this.#violate('I2 a run was deleted');
    this.runs.set(is.runID, is);
    if (was === undefined) this.#checkClaim(is);
    else this.#checkRun(was, is);
    this.onRun(is, was);
  }

  #checkClaim(run: Run): void {
    const claim = `${run.taskID} ${run.trigger.key}`;
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
    const isCommit = is.revision !== was.revision && is.status === 'started';
    if (isCommit && this.lease(is.appID, is.leaseKey ?? '')['fence'] !== is.fence) {
      this.#violate(`I4 ${is.runID} was moved on under fence ${is.fence}`);
    }
    this.#checkCursor(was, is);
    if (is.outcome === 'success' && was.outcome !== 'success') this.#checkSuccess(is);
  }

  #checkCursor(was: Run, is: Run): void {
    if (JSON.stringify(was.cursor) === JSON.stringify(is.cursor)) return;
    const [from, to] = [positionOf(was), positionOf(is)];
    const isRestart = is.cursor === undefined && is.restarts > was.restarts;
    if (isRestart) return;
    const isSameVersion = was.cursor === undefined || was.cursor['version'] === is.cursor?.['version'];
    if (to < from || !isSameVersion) this.#violate(`I4 the cursor went from ${from} to ${to}`);
    const rows = this.#task(is).source.rows(Number(is.cursor?.['version'])).slice(0, to);
    const rejected = rows.filter(({ isBroken, isRefused }) => isBroken === true || isRefused === true).length;
    const { counts } = is;
    if (counts.received !== to) this.#violate(`I17 ${counts.received} received at position ${to}`);
    // What an append finds in the index is not sent, so nobody refuses it.
    const most = is.action === 'append' ? rejected : counts.rejected;
    if (counts.rejected > rejected || most < rejected) {
      this.#violate(`I17 ${counts.rejected} of ${rejected} bad records were counted`);
    }
    const missing = this.#options.index.firstUnpublished(is, this.#task(is));
    if (missing !== undefined) this.#violate(`I5 the cursor passed ${missing}, which is not published`);
  }

  #checkSuccess(run: Run): void {
    const rows = this.#task(run).source.rows(Number(run.cursor?.['version'] ?? 1));
    // Nothing is moved over nothing.
    const isMoved = this.#options.index.isMoved(run.runID) || run.counts.applied === 0;
    if (run.action === 'replace' && !isMoved) {
      this.#violate(`I8 ${run.runID} is called a success and was not moved`);
    }
    if (run.cursor !== undefined && positionOf(run) !== rows.length) {
      this.#violate(`I17 a success at ${positionOf(run)} of ${rows.length} rows`);
    }
  }

  #task({ taskID }: Run): SimTask {
    return this.#options.tasks.find((task) => task.taskID === taskID) as SimTask;
  }

  #violate(message: string): void {
    this.#options.history.violate(message);
  }
}

function positionOf({ cursor }: Run): number {
  return Number(cursor?.['position'] ?? 0);
}
