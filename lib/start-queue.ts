import type { HouseFunction } from './constructs/house-function.ts';
import { WorkQueue } from './constructs/work-queue.ts';
import type { Stage } from './stage.ts';
import { Construct } from 'constructs';

/** A message costs a few requests to the table; the longest are those that meet many others of one application. */
export const START_RUN_TIMEOUT_SECONDS = 30;

/** The queue `starts`: each message asks for a run, in the name of a schedule or of another trigger. */
export class StartQueue extends Construct {
  readonly arn: string;
  readonly url: string;
  readonly #queue: WorkQueue;

  constructor(scope: Construct, id: string, { stage }: { stage: Stage }) {
    super(scope, id);
    this.#queue = new WorkQueue(this, 'Starts', {
      stage,
      name: 'starts',
      workerTimeoutSeconds: START_RUN_TIMEOUT_SECONDS,
      deadLetterMeans: 'A run that a schedule or another trigger asked for was not started.',
      waitingMeans: 'Tasks start more than a minute after their schedules and other triggers asked for it.',
    });
    this.arn = this.#queue.arn;
    this.url = this.#queue.url;
  }

  /** The function can ask for runs. */
  grantAsk(fn: HouseFunction): void {
    this.#queue.grantSend(fn);
  }

  workedBy(fn: HouseFunction): void {
    // At the full hour many come at once. Those of one application meet in its counters, so more would not be faster.
    this.#queue.deliverTo(fn, { batchSize: 10, maxConcurrency: 5 });
  }
}
