import type { Cursor, RecordBatch, TransformReport } from '../records/record-batch.ts';
import { MAX_KEPT_RECORDS } from '../rejected-records/kept-rejection.ts';
import { heldBytes } from '../records/kept-content.ts';
import type { RejectedRecord } from '../records/rejected-record.ts';
import type { RunCounts } from './run.ts';
import type { BatchOutcome } from './write-window.ts';
import { objectIDOf } from '../records/record-text.ts';
import { addReport } from './transform-notes.ts';

const MAX_NAMED_RECORDS = 5;

/** What a stretch came to, once all its batches are answered. */
export interface StretchTotals {
  readonly counts: RunCounts;
  /** How many of the records applied were deletions. */
  readonly deleted: number;
  readonly cursor: Cursor;
  readonly publications: readonly number[];
  /** Of the first few records, those that were taken. */
  readonly objectIDs: readonly string[];
  /** In the order of the source; as many as may be kept of a run. */
  readonly rejected: readonly RejectedRecord[];
  readonly sourceBytesRead: number;
  readonly transformed: TransformReport | undefined;
}

/** The batches between two checkpoints. */
export class Stretch {
  bytes = 0;
  #cursor: Cursor | undefined;
  #received = 0;
  #deleted = 0;
  #sourceBytesRead = 0;
  readonly #outcomes: Promise<void>[] = [];
  readonly #objectIDs: string[] = [];
  readonly #rejections: RejectedRecord[] = [];
  readonly #publications: number[] = [];
  #transformed: TransformReport | undefined;
  #applied = 0;
  #unchanged = 0;
  #rejected = 0;

  get isEmpty(): boolean {
    return this.#cursor === undefined;
  }

  /** In the order of the source. */
  add(batch: RecordBatch, outcome?: Promise<BatchOutcome>): void {
    this.bytes += batch.bytes.byteLength;
    this.#cursor = batch.cursor;
    this.#received += receivedIn(batch);
    this.#transformed = addReport(this.#transformed, batch.transformed);
    this.#sourceBytesRead = batch.sourceBytesRead;
    this.#reject(batch.rejected);
    for (let index = 0; index < batch.count && this.#objectIDs.length < MAX_NAMED_RECORDS; index += 1) {
      this.#objectIDs.push(objectIDOf(batch, index));
    }
    if (outcome === undefined) return;
    const settled = this.#settle(outcome, batch.isDeletion === true);
    // Whoever asks for the total hears of a failure; until then it is not an unhandled one.
    settled.catch(() => undefined);
    this.#outcomes.push(settled);
  }

  /** Resolves when every batch is answered; rejects with the first failure. */
  async total(): Promise<StretchTotals | undefined> {
    await Promise.all(this.#outcomes);
    if (this.#cursor === undefined) return undefined;
    const refused = new Set(this.#rejections.map(({ objectID }) => objectID));
    return {
      counts: {
        received: this.#received,
        applied: this.#applied,
        unchanged: this.#unchanged,
        rejected: this.#rejected,
        ...(this.#transformed === undefined ? {} : { dropped: this.#transformed.dropped }),
      },
      deleted: this.#deleted,
      cursor: this.#cursor,
      publications: this.#publications,
      objectIDs: this.#objectIDs.filter((objectID) => !refused.has(objectID)),
      rejected: this.#rejections.sort(bySourceOrder),
      sourceBytesRead: this.#sourceBytesRead,
      transformed: this.#transformed,
    };
  }

  async #settle(outcome: Promise<BatchOutcome>, isDeletion: boolean): Promise<void> {
    const { applied, unchanged, rejected, publications } = await outcome;
    this.#applied += applied;
    if (isDeletion) this.#deleted += applied;
    this.#unchanged += unchanged;
    this.#publications.push(...publications);
    this.#reject(rejected);
  }

  #reject(rejected: readonly RejectedRecord[]): void {
    this.#rejected += rejected.length;
    for (const record of rejected.slice(0, MAX_KEPT_RECORDS - this.#rejections.length)) {
      this.#rejections.push(record);
      if (record.content !== undefined) this.bytes += heldBytes(record.content);
    }
  }
}

/** How many records a batch stands for, good or bad. */
export function receivedIn({ count, rejected, transformed }: RecordBatch): number {
  return count + rejected.length + (transformed?.dropped ?? 0);
}

function bySourceOrder(one: RejectedRecord, other: RejectedRecord): number {
  return (one.position ?? 0) - (other.position ?? 0);
}
