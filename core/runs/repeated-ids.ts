import { describePlace, positionOf, type RecordBatch } from '../records/record-batch.ts';
import type { RejectedRecord } from '../records/rejected-record.ts';
import { hashIDs } from './id-hash.ts';
import { SeenIDs } from './seen-ids.ts';
import { objectIDOf } from '../records/record-text.ts';

/** Ids that were refused and not applied since; past this many, counts of repeats are no longer exact. */
const MAX_REFUSED = 10_000;
const MAX_NAMED = 5;

/** An objectID that occurred before in the same run. */
export interface RepeatedID {
  readonly objectID: string;
  readonly position: number;
  /** The same in words. */
  readonly place: string;
}

export interface InspectedBatch {
  readonly batch: RecordBatch;
  readonly hashes: Int32Array;
  /** Indexes of the records whose objectID was seen before, in this batch or an earlier one. */
  readonly repeats: readonly number[];
}

/** Tells which records replace an earlier one of the same run, so that the books count every record once. */
export class RepeatedIDs {
  /** Records applied under an id of their own since this began. */
  distinctApplied = 0;
  #named: RepeatedID[] = [];
  #namedCount = 0;
  readonly #seen = new SeenIDs();
  readonly #refused = new Set<string>();
  readonly #seed: number;
  #isExact = true;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** False once a repeat may have gone unnoticed. */
  get isExact(): boolean {
    return this.#isExact && this.#seen.isExact;
  }

  /** To be called in the order of the source. */
  inspect(batch: RecordBatch): InspectedBatch {
    const hashes = hashIDs(batch, this.#seed);
    return { batch, hashes, repeats: this.#seen.addAll(hashes) };
  }

  /**
   * How many of the batch's accepted records replaced one that was applied before. To be called when the batch has its
   * receipt; batches that share an id must come in order.
   */
  countReplaced({ batch, repeats }: InspectedBatch, rejected: readonly RejectedRecord[]): number {
    if (repeats.length === 0 && rejected.length === 0) return 0;
    const replacing = new Map<string, number>();
    let replaced = 0;
    if (this.#refused.size > 0 || rejected.length > 0) {
      for (const index of repeats) {
        const objectID = objectIDOf(batch, index);
        // Its only predecessor was refused, so nothing was replaced.
        if (this.#refused.delete(objectID)) continue;
        replacing.set(objectID, (replacing.get(objectID) ?? 0) + 1);
        replaced += 1;
      }
    } else replaced = repeats.length;
    for (const { objectID } of rejected) {
      if (objectID === undefined) continue;
      const count = replacing.get(objectID) ?? 0;
      if (count > 0) {
        replacing.set(objectID, count - 1);
        replaced -= 1;
      } else this.#rememberRefused(objectID);
    }
    if (replaced > 0) this.#name(batch, repeats);
    return replaced;
  }

  /** The first few repeats of the run that were not taken yet. */
  takeNamed(): readonly RepeatedID[] {
    const named = this.#named;
    this.#named = [];
    return named;
  }

  #rememberRefused(objectID: string): void {
    if (this.#refused.size < MAX_REFUSED) this.#refused.add(objectID);
    else this.#isExact = false;
  }

  #name(batch: RecordBatch, repeats: readonly number[]): void {
    for (const index of repeats) {
      if (this.#namedCount >= MAX_NAMED) return;
      this.#namedCount += 1;
      this.#named.push({
        objectID: objectIDOf(batch, index),
        position: positionOf(batch, index),
        place: describePlace(batch, index),
      });
    }
  }
}
