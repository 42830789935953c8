import type { HouseFunction } from './constructs/house-function.ts';
import type { DeadLetterQueue } from './constructs/dead-letter-queue.ts';
import type { WorkQueue } from './constructs/work-queue.ts';
import type { Stage } from './stage.ts';
import type { Duration } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';

/** The bus that says what happened (`RunFinished`) to alerts and to whatever a user attaches to it. */
export class MessageBus extends Construct {
  readonly busName: string;
  readonly #busArn: string;
  readonly #bus: EventBus;

  constructor(scope: Construct, id: string, { stage }: { stage: Stage }) {
    super(scope, id);
    // A name that a user can know before the deployment, since rules of other stacks attach to it.
    const bus = new EventBus(this, 'Bus', { eventBusName: `millrace-${stage.name}` });
    this.#bus = bus;
    this.busName = bus.eventBusName;
    this.#busArn = bus.eventBusArn;
  }

  /** The queue gets Millrace's own messages of these types; what it cannot be given for so long is kept elsewhere. */
  deliverTo(
    queue: WorkQueue,
    options: { detailTypes: string[]; undelivered: DeadLetterQueue; maxEventAge: Duration },
  ): void {
    const { detailTypes, undelivered, maxEventAge } = options;
    const rule = new Rule(this, `To-${queue.node.id}`, {
      eventBus: this.#bus,
      eventPattern: { source: ['millrace'], detailType: detailTypes },
    });
    rule.addTarget(queue.asTarget({ deadLetterQueue: undelivered.queue, maxEventAge }));
  }

  grantAnnounce(fn: HouseFunction): void {
    fn.allow({ actions: ['events:PutEvents'], resources: [this.#busArn] });
  }
}
