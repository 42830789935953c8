import type { RunMessage } from '../../core/runs/run-message.ts';
import type { DelayedRunMessage, RunQueue } from '../../core/runs/run-queue.ts';
import type { CallRules, SimProcess, Surroundings } from './sim-process.ts';

const MAX_RECEIVES = 3;
const LONGEST_DELAY_MILLISECONDS = 900_000;

const SENDS: CallRules = {
  faults: [
    'failBefore',
    'executeAndFail',
    'partial',
    'slow',
    'crashBefore',
    'crashAfter',
    'zombie',
    'lateApply',
  ],
  failure: () => new Error('The queue did not answer'),
};

interface QueuedMessage {
  readonly message: RunMessage;
  receives: number;
  isDone: boolean;
}

export interface QueueOptions {
  readonly around: Surroundings;
  readonly maxWorkers: number;
  readonly visibilitySeconds: number;
  /** Does what a worker does with a message, in a process of its own; resolves when the message may go. */
  readonly work: (message: RunMessage, ended: (isDone: boolean) => void) => void;
}

/** A standard queue: at least once, in no order, a message that nobody finished comes back. And it may lose some. */
export class SimQueue {
  /** Messages that are not done and not given up. */
  waiting = 0;
  givenUp = 0;
  readonly #options: QueueOptions;
  readonly #line: QueuedMessage[] = [];
  #working = 0;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** As one process reaches it. */
  connect(process: SimProcess): RunQueue {
    const sendAll = (messages: readonly DelayedRunMessage[]): Promise<void> =>
      process.call(
        `queue.send ${messages.length}`,
        (fault) => {
          const count = fault === 'partial' ? messages.length >> 1 : messages.length;
          for (const sent of messages.slice(0, count)) this.#accept(sent);
          if (fault === 'partial') throw new Error('Some messages were refused');
        },
        SENDS,
      );
    return { sendAll, send: (message, delaySeconds = 0) => sendAll([{ message, delaySeconds }]) };
  }

  #accept({ message, delaySeconds }: DelayedRunMessage): void {
    const { chance, faults } = this.#options.around;
    const fault = faults.draw(['lose', 'duplicate', 'reorder', 'delay']);
    if (fault === 'lose') return;
    const copies = fault === 'duplicate' ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const late = fault === 'delay' ? LONGEST_DELAY_MILLISECONDS : fault === undefined ? 20 : 30_000;
      this.waiting += 1;
      const queued = { message, receives: 0, isDone: false };
      this.#showIn(queued, delaySeconds * 1000 + chance.whole(1, late));
    }
  }

  #showIn(queued: QueuedMessage, milliseconds: number): void {
    this.#options.around.timeline.in(milliseconds, () => {
      if (queued.isDone) return;
      if (queued.receives >= MAX_RECEIVES) {
        this.#finish(queued);
        this.givenUp += 1;
        return;
      }
      this.#line.push(queued);
      this.#deliver();
    });
  }

  #deliver(): void {
    const { maxWorkers, visibilitySeconds, work } = this.#options;
    while (this.#working < maxWorkers) {
      const queued = this.#line.shift();
      if (queued === undefined) return;
      queued.receives += 1;
      this.#working += 1;
      // Unless it is done until then, by this worker or another.
      this.#showIn(queued, visibilitySeconds * 1000);
      work(queued.message, (isDone) => {
        this.#working -= 1;
        if (isDone) this.#finish(queued);
        this.#deliver();
      });
    }
  }

  #finish(queued: QueuedMessage): void {
    if (queued.isDone) return;
    queued.isDone = true;
    this.waiting -= 1;
  }
}
