import type { RecordBatch } from '../records/record-batch.ts';
import type { RejectedRecord } from '../records/rejected-record.ts';
import type { WriteReceipt } from './ports.ts';
import type { InspectedBatch, RepeatedIDs } from './repeated-ids.ts';

/** What became of one batch. */
export interface BatchOutcome {
  readonly applied: number;
  readonly unchanged: number;
  readonly rejected: readonly RejectedRecord[];
  readonly publications: readonly number[];
}

interface Flight {
  readonly hashes: Int32Array;
  /** Made when the first repeated id asks; most flights never need it. */
  ids?: ReadonlySet<string>;
  /** Resolves when the batch has its receipt or failed. */
  readonly landed: Promise<void>;
}

export interface WriteWindowOptions {
  readonly write: (batch: RecordBatch) => Promise<WriteReceipt>;
  readonly size: number;
  readonly repeatedIDs: RepeatedIDs;
  /** Whether a later record replaces an earlier one whole; partial updates of one id all count as applied. */
  readonly replacesWhole: boolean;
}

/**
 * Keeps several batches on the wire, and the order per objectID: a batch holding an id that is on the wire waits until
 * that one is answered, so the later record always wins.
 */
export class WriteWindow {
  readonly #options: WriteWindowOptions;
  readonly #flights = new Set<Flight>();

  constructor(options: WriteWindowOptions) {
    this.#options = options;
  }

  /** Resolves once the batch is on its way; `outcome` when it is answered. */
  async send(batch: RecordBatch): Promise<{ readonly outcome: Promise<BatchOutcome> }> {
    const inspected = this.#options.repeatedIDs.inspect(batch);
    for (const flight of this.#flights) {
      if (sharesID(flight, inspected)) await flight.landed;
    }
    while (this.#flights.size >= this.#options.size) {
      await Promise.race([...this.#flights].map((flight) => flight.landed));
    }
    const outcome = this.#write(inspected);
    const flight: Flight = {
      hashes: inspected.hashes,
      landed: outcome.then(
        () => void this.#flights.delete(flight),
        () => void this.#flights.delete(flight),
      ),
    };
    this.#flights.add(flight);
    return { outcome };
  }

  /** Resolves when nothing is on the wire any more, well or ill. */
  async drain(): Promise<void> {
    while (this.#flights.size > 0) await Promise.all([...this.#flights].map((flight) => flight.landed));
  }

  async #write(inspected: InspectedBatch): Promise<BatchOutcome> {
    const { write, repeatedIDs, replacesWhole } = this.#options;
    const receipt = await write(inspected.batch);
    const replaced = repeatedIDs.countReplaced(inspected, receipt.rejected);
    const overwritten = replacesWhole ? replaced : 0;
    repeatedIDs.distinctApplied += receipt.accepted - replaced;
    return {
      applied: receipt.accepted - overwritten,
      unchanged: overwritten + (receipt.unchanged ?? 0),
      rejected: receipt.rejected,
      publications: receipt.publications,
    };
  }
}

function sharesID(flight: Flight, { hashes, repeats }: InspectedBatch): boolean {
  if (repeats.length === 0) return false;
  flight.ids ??= new Set(
    Array.from({ length: flight.hashes.length / 2 }, (_, index) => keyOf(flight.hashes, index)),
  );
  return repeats.some((index) => flight.ids?.has(keyOf(hashes, index)));
}

function keyOf(hashes: Int32Array, index: number): string {
  return `${hashes[index * 2]}:${hashes[index * 2 + 1]}`;
}
