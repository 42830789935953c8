import type { HouseFunction } from './constructs/house-function.ts';
import type { Stage } from './stage.ts';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';

/** The bus that says what happened (`RunFinished`) to alerts and to whatever a user attaches to it. */
export class MessageBus extends Construct {
  readonly busName: string;
  readonly #busArn: string;

  constructor(scope: Construct, id: string, { stage }: { stage: Stage }) {
    super(scope, id);
    // A name that a user can know before the deployment, since rules of other stacks attach to it.
    const bus = new EventBus(this, 'Bus', { eventBusName: `millrace-${stage.name}` });
    this.busName = bus.eventBusName;
    this.#busArn = bus.eventBusArn;
  }

  grantAnnounce(fn: HouseFunction): void {
    fn.allow({ actions: ['events:PutEvents'], resources: [this.#busArn] });
  }
}
