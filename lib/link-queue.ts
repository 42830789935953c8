import type { HouseFunction } from './constructs/house-function.ts';
import { WorkQueue } from './constructs/work-queue.ts';
import type { Stage } from './stage.ts';
import { Construct } from 'constructs';

/** A slice of copying takes 45 seconds, and the request and the writes that it is at when they are over. */
export const POLL_LINK_TIMEOUT_SECONDS = 90;

/** The queue `links`: each message says that a linked application, or a start asked of it, has something due. */
export class LinkQueue extends Construct {
  readonly url: string;
  readonly #queue: WorkQueue;

  constructor(scope: Construct, id: string, { stage }: { stage: Stage }) {
    super(scope, id);
    this.#queue = new WorkQueue(this, 'Links', {
      stage,
      name: 'links',
      workerTimeoutSeconds: POLL_LINK_TIMEOUT_SECONDS,
      deadLetterMeans:
        'A linked application was not copied, or a run was not asked for, until the next sweep.',
      waitingMeans: 'What happens in linked applications at Algolia shows here minutes late.',
    });
    this.url = this.#queue.url;
  }

  /** The function can have a link looked at, and a run asked of Algolia. */
  grantAsk(fn: HouseFunction): void {
    this.#queue.grantSend(fn);
  }

  workedBy(fn: HouseFunction): void {
    // One link per invocation: a slice may take all the time that there is.
    this.#queue.deliverTo(fn, { batchSize: 1, maxConcurrency: 10 });
  }
}
