/** As many as there are batches in flight; more would only be held. */
const MAX_FREE = 8;
/** Bodies of one odd batch are not worth holding. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024;
const STEP_BYTES = 256 * 1024;

/**
 * The memory of request bodies, used again. A new buffer per batch lies outside the collector's heap, grows the
 * process by many times what is in flight, and makes the collector run for it.
 */
export class BodyBuffers {
  readonly #free: Buffer<ArrayBuffer>[] = [];

  /** A buffer of exactly this size, with anything in it. */
  take(sizeBytes: number): Buffer<ArrayBuffer> {
    const fitting = this.#free.findIndex(({ length }) => length >= sizeBytes);
    // Where none fits, an old one makes way for the new one.
    const [kept] = this.#free.splice(Math.max(0, fitting), 1);
    const whole =
      kept !== undefined && fitting >= 0
        ? kept
        : Buffer.allocUnsafeSlow(Math.ceil(sizeBytes / STEP_BYTES) * STEP_BYTES);
    return whole.subarray(0, sizeBytes);
  }

  /** Takes back what `take` gave; nobody may read it any more, the socket included. */
  give(body: Buffer<ArrayBuffer>): void {
    const whole = Buffer.from(body.buffer);
    if (this.#free.length < MAX_FREE && whole.length <= MAX_KEPT_BYTES) this.#free.push(whole);
  }
}
