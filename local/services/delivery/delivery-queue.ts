import type { DatabaseSync } from 'node:sqlite';
import { createDueTimer, type DueTimer } from '../schedule/due-timer.ts';
import { attemptDelivery, type AttemptContext } from './attempt-delivery.ts';
import type { Deliver } from './deliver.ts';
import { createDeliveryStore, type DeliveryStore, type NewDelivery } from './delivery-store.ts';

/** How many deliveries run at once. */
const CONCURRENCY = 16;
/** How long `stop` waits for running deliveries; what did not end is delivered again at the next start. */
const STOP_GRACE_MILLISECONDS = 1000;

export interface DeliveryQueueOptions {
  readonly database: DatabaseSync;
  readonly deliver: Deliver;
  /** The payload of one attempt (the first is 1). */
  readonly render?: (payload: string, attempt: number) => string;
}

/**
 * What has been accepted and not yet delivered, in the same database as what it comes from: at least once, retried by
 * the policy, then to the dead-letter queue if there is one (as AWS does, with the reason in the attributes).
 */
export class DeliveryQueue {
  readonly #store: DeliveryStore;
  readonly #attempt: AttemptContext;
  readonly #timer: DueTimer;
  readonly #running = new Map<number, Promise<void>>();
  #isOpen = true;

  constructor({ database, deliver, render = (payload) => payload }: DeliveryQueueOptions) {
    this.#store = createDeliveryStore(database);
    this.#attempt = { store: this.#store, deliver, render, isClosed: false };
    this.#timer = createDueTimer(() => this.wake());
  }

  /** Inside the caller's transaction: durable when that commits. Call `wake` afterwards. */
  add(delivery: NewDelivery): void {
    this.#store.add(delivery);
  }

  /** Starts what is due. */
  wake(): void {
    if (!this.#isOpen) return;
    const now = Date.now();
    // Those that run are still in the table: asking for as many more finds what else is due.
    for (const delivery of this.#store.listDue(now, CONCURRENCY + this.#running.size)) {
      if (this.#running.has(delivery.id) || this.#running.size >= CONCURRENCY) continue;
      this.#running.set(delivery.id, this.#settle(delivery.id, attemptDelivery(this.#attempt, delivery)));
    }
    this.#timer.set(this.#store.readNextDueAt(now));
  }

  async stop(): Promise<void> {
    this.#isOpen = false;
    this.#timer.stop();
    let force: NodeJS.Timeout | undefined;
    const timedOut = new Promise<void>((resolve) => {
      force = setTimeout(resolve, STOP_GRACE_MILLISECONDS);
    });
    await Promise.race([Promise.all(this.#running.values()), timedOut]);
    clearTimeout(force);
    this.#attempt.isClosed = true;
  }

  async #settle(id: number, attempt: Promise<void>): Promise<void> {
    await attempt.finally(() => this.#running.delete(id));
    this.wake();
  }
}
