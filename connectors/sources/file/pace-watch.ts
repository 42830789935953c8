import { SourceError } from '../../../core/runs/source-error.ts';

/** A file slower than this would keep its index from all other runs for days. */
const MIN_BYTES_PER_SECOND = 1024;

/**
 * Ends a transfer that never falls silent and yet brings next to nothing. Only the time counts in which bytes were
 * waited for: a slow reader is not the server's fault.
 */
export class PaceWatch {
  readonly #windowMilliseconds: number;
  #waitedMilliseconds = 0;
  #bytes = 0;

  /** `windowMilliseconds`: over how much waiting the pace is taken. */
  constructor(windowMilliseconds: number) {
    this.#windowMilliseconds = windowMilliseconds;
  }

  /** Notes that so many bytes came after so much waiting; a `SourceError` when the pace was too low for a window. */
  note(bytes: number, waitedMilliseconds: number): void {
    this.#bytes += bytes;
    this.#waitedMilliseconds += waitedMilliseconds;
    if (this.#waitedMilliseconds < this.#windowMilliseconds) return;
    const seconds = this.#waitedMilliseconds / 1000;
    if (this.#bytes < seconds * MIN_BYTES_PER_SECOND) {
      throw new SourceError(
        'source.too_slow',
        `The server sent ${this.#bytes} bytes in ${Math.round(seconds)} s; at least ${MIN_BYTES_PER_SECOND} a second are needed.`,
        { disposition: 'retryable' },
      );
    }
    this.#waitedMilliseconds = 0;
    this.#bytes = 0;
  }
}
