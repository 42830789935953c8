import { setImmediate as nextTurn } from 'node:timers/promises';
import type { IndexStore } from './storage/index-store.ts';

const CHECK_EVERY_MS = 1000;
const IDLE_AFTER_MS = 1500;
/** Small, so that a request that arrives meanwhile hardly waits. */
const STEP_RECORDS = 200;

/** Brings full text up to date while no request comes, so that the first search does not have to. */
export class IdleFiller {
  readonly #store: IndexStore;
  readonly #timer: NodeJS.Timeout;
  #lastRequestAt = performance.now();
  #isFilling = false;
  #isStopped = false;

  constructor(store: IndexStore) {
    this.#store = store;
    this.#timer = setInterval(() => void this.#fill(), CHECK_EVERY_MS).unref();
  }

  noteRequest(): void {
    this.#lastRequestAt = performance.now();
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
  }

  async #fill(): Promise<void> {
    if (this.#isFilling) return;
    this.#isFilling = true;
    try {
      while (this.#isIdle()) {
        const index = this.#store.list().find((candidate) => !candidate.isFullTextCurrent);
        if (!index) return;
        this.#store.transact(() => {
          index.fillFullText(STEP_RECORDS);
          this.#store.save(index);
        });
        await nextTurn();
      }
    } finally {
      this.#isFilling = false;
    }
  }

  #isIdle(): boolean {
    return !this.#isStopped && performance.now() - this.#lastRequestAt > IDLE_AFTER_MS;
  }
}
