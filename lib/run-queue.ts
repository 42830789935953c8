import type { HouseFunction } from './constructs/house-function.ts';
import { WorkQueue } from './constructs/work-queue.ts';
import type { Stage } from './stage.ts';
import { Construct } from 'constructs';

/** The longest that Lambda allows; a slice of a run ends well before it. */
export const WORK_RUN_TIMEOUT_SECONDS = 900;

/** The queue `runs`: each message says that a run has something due. */
export class RunQueue extends Construct {
  readonly url: string;
  readonly #queue: WorkQueue;

  constructor(scope: Construct, id: string, { stage }: { stage: Stage }) {
    super(scope, id);
    this.#queue = new WorkQueue(this, 'Runs', {
      stage,
      name: 'runs',
      workerTimeoutSeconds: WORK_RUN_TIMEOUT_SECONDS,
      deadLetterMeans:
        'A run was given up by its worker three times and goes on only if the sweep sends it again.',
      waitingMeans: 'Runs wait for more than half an hour before anything happens, so indices get stale.',
    });
    this.url = this.#queue.url;
  }

  /** The function can say that a run has something due, a new one or one that goes on. */
  grantStartRun(fn: HouseFunction): void {
    this.#queue.grantSend(fn);
  }

  workedBy(fn: HouseFunction, { maxConcurrency }: { maxConcurrency: number }): void {
    // One run per invocation: a slice may take all the time that there is.
    this.#queue.deliverTo(fn, { batchSize: 1, maxConcurrency });
  }
}
