import type { HeldLease } from '../leases/held-lease.ts';
import type { Engine, RunConnection } from './engine.ts';
import type { RunJournal } from './run-journal.ts';

/** One worker's hold on one run. */
export interface RunWork {
  readonly engine: Engine;
  readonly journal: RunJournal;
  readonly lease: HeldLease;
  readonly connection: RunConnection;
  readonly remainingMilliseconds: () => number;
}

/** `handed_over`: the run goes on in another slice. */
export type SliceEnd = 'finished' | 'handed_over';
