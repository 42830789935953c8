import type { TransactionItem } from '../foundation/transactions.ts';
import type { HeldLease } from '../leases/held-lease.ts';
import type { RunEvent, RunEventStatus, RunEventType } from '../run-events/run-event.ts';
import type { Engine } from './engine.ts';
import type { Run } from './run.ts';
import type { RunChanges } from './run-commit.ts';

/** An event without what the journal adds. */
export interface RunNote {
  readonly type: RunEventType;
  readonly status: RunEventStatus;
  readonly batchSize?: number;
  readonly data: Readonly<Record<string, unknown>> | null;
  /** Where the event was promised under an id. */
  readonly eventID?: string;
}

type JournalPorts = Pick<Engine, 'clock' | 'newEventID'> & {
  readonly runStore: Pick<Engine['runStore'], 'commit'>;
};

/** One worker's writing to one run: each commit follows the one before, under the lease, with the events of the step. */
export class RunJournal {
  #run: Run;
  #sequence = 0;
  readonly #engine: JournalPorts;
  readonly #lease: HeldLease | undefined;

  constructor(engine: JournalPorts, run: Run, lease?: HeldLease) {
    this.#engine = engine;
    this.#run = run;
    this.#lease = lease;
  }

  /** As last committed. */
  get run(): Run {
    return this.#run;
  }

  /** `also` is written in the same transaction. */
  async commit(
    changes: RunChanges,
    notes: readonly RunNote[] = [],
    also: readonly TransactionItem[] = [],
  ): Promise<void> {
    const lease = this.#lease?.current;
    this.#run = await this.#engine.runStore.commit({
      run: this.#run,
      changes: lease === undefined ? changes : { dueAt: lease.heldUntil.toISOString(), ...changes },
      ...(lease === undefined ? {} : { lease }),
      events: notes.map((note) => this.#toEvent(note)),
      also,
    });
  }

  #toEvent({ type, status, batchSize = 0, data, eventID }: RunNote): RunEvent {
    const at = this.#engine.clock.now();
    this.#sequence += 1;
    return {
      eventID: eventID ?? this.#engine.newEventID(at, this.#sequence),
      runID: this.#run.runID,
      status,
      type,
      batchSize,
      data: data === null ? null : { ...data },
      publishedAt: at.toISOString(),
    };
  }
}
