import { DestinationError } from '../../../core/runs/destination-error.ts';
import type { ExpectedIndex } from '../../../core/runs/ports.ts';
import type { IndexOperations } from './index-operations.ts';
import type { PublicationWatch } from './publication-watch.ts';

interface TemporaryIndexNames {
  readonly live: string;
  readonly runID: string;
}

/** Its name is the run's alone: two runs that share a temporary index would wipe each other's records. */
function temporaryIndexName({ live, runID }: TemporaryIndexNames, generation: number): string {
  return `${live}_tmp_${runID}${generation === 0 ? '' : `_${generation}`}`;
}

/**
 * The index that a replace run fills beside the live one, then moves over it: the steps around the writes, each awaited and
 * each safe to repeat in another process.
 */
export class TemporaryIndex {
  readonly #operations: IndexOperations;
  readonly #watch: PublicationWatch;
  readonly #names: TemporaryIndexNames;
  #generation: number;
  #seenRecords = false;
  #moveSent = false;

  constructor(
    operations: IndexOperations,
    watch: PublicationWatch,
    { generation, ...names }: TemporaryIndexNames & { readonly generation: number },
  ) {
    this.#operations = operations;
    this.#watch = watch;
    this.#names = names;
    this.#generation = generation;
  }

  /** Of the generation that counts. */
  get name(): string {
    return temporaryIndexName(this.#names, this.#generation);
  }

  use(generation: number): void {
    if (generation === this.#generation) return;
    this.#generation = generation;
    this.#seenRecords = false;
    this.#moveSent = false;
  }

  /** Tells that records were accepted, so that losing the index later is noticed. */
  written(): void {
    this.#seenRecords = true;
  }

  /** A copy by an earlier worker may have stopped half-way: publishing copies again, so that is no harm. */
  async prepare(signal: AbortSignal): Promise<void> {
    if (!(await this.#operations.exists(this.name, signal))) await this.#copyScopes(signal);
  }

  async count(signal: AbortSignal): Promise<{ written: number; live: number }> {
    const names = [this.name, this.#names.live];
    const [written = 0, live = 0] = await this.#operations.countEntries(names, signal);
    if (written > 0) this.#seenRecords = true;
    return { written, live };
  }

  /**
   * Moves the temporary index over the live one if it holds what is expected. When it may have been moved before and
   * is gone or empty, that move has happened, unless this very process saw records in it and moved nothing. Then a few
   * records in it are those of a batch that came too late and made it anew: they must never go over the live one.
   */
  async publish(signal: AbortSignal, { records, mayBeMoved }: ExpectedIndex): Promise<void> {
    const { name } = this;
    const { live } = this.#names;
    const exists = await this.#operations.exists(name, signal);
    // Rules may have been edited while the run was writing. Waiting for the copy also waits for a move that an
    // earlier worker sent and that was still queued: after it the copy leaves an empty shell, which must not be moved.
    if (exists) await this.#copyScopes(signal);
    const seenBefore = this.#seenRecords;
    const counted = await this.count(signal);
    const isWhole = exists && counted.written === records;
    // An empty one is moved again, unless the live one is empty too.
    if (isWhole && (records > 0 || !mayBeMoved || counted.live > 0)) {
      this.#moveSent = true;
      const move = await this.#operations.move({ from: name, to: live }, signal);
      return this.#watch.wait(name, [move], signal);
    }
    const isEmpty = counted.written === 0;
    const isLost =
      !mayBeMoved || (seenBefore && !this.#moveSent) || !(await this.#operations.exists(live, signal));
    if (isEmpty && isLost) throw lost(name);
    // After a move it can hold a late batch, a part of what it held before: with more than that it was not moved.
    const isChanged = !isEmpty && (!mayBeMoved || counted.live !== records || counted.written > records);
    if (isChanged) throw changed(name, counted.written, records);
    await this.discard(signal);
  }

  /** Those of earlier generations too. */
  async discard(signal: AbortSignal): Promise<void> {
    for (let generation = this.#generation; generation >= 0; generation -= 1) {
      const name = temporaryIndexName(this.#names, generation);
      const taskID = await this.#operations.remove(name, signal);
      if (taskID !== undefined) await this.#watch.wait(name, [taskID], signal);
    }
  }

  async #copyScopes(signal: AbortSignal): Promise<void> {
    const { live } = this.#names;
    if (!(await this.#operations.exists(live, signal))) return;
    const copy = await this.#operations.copyScopes({ from: live, to: this.name }, signal);
    await this.#watch.wait(this.name, [copy], signal);
  }
}

function lost(temporary: string): DestinationError {
  return new DestinationError(
    'destination.temporary_index_lost',
    `The temporary index ${temporary} is gone or empty, so it cannot replace the live one, which is left as it is. ` +
      'Was it removed by hand or by another program?',
  );
}

function changed(temporary: string, written: number, expected: number): DestinationError {
  return new DestinationError(
    'destination.temporary_index_changed',
    `The temporary index ${temporary} holds ${written} records where it held ${expected} when it was checked, so it ` +
      'does not replace the live one, which is left as it is. Did another program write into it?',
  );
}
