import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { onTestFinished } from 'vitest';
import type { Deliver, DeliveryOptions } from '../../../../local/services/delivery/deliver.ts';
import { startEventBridge } from '../../../../local/services/event-bridge/start-event-bridge.ts';
import { clientOptions } from './client-options.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export const FUNCTION = 'arn:aws:lambda:eu-west-1:000000000000:function:send-alert';
export const QUEUE = 'arn:aws:sqs:eu-west-1:000000000000:hints';
export const DLQ = 'arn:aws:sqs:eu-west-1:000000000000:dlq';

interface Delivered {
  targetArn: string;
  payload: string;
  options: DeliveryOptions | undefined;
}

interface StartOptions {
  dataDirectory?: string;
  /** Whether this delivery fails. */
  fail?: (targetArn: string) => boolean;
}

/** The service, its client, and what its targets received (`attempts` has the failed ones too). */
export async function start({ dataDirectory = temporaryDirectory(), fail = () => false }: StartOptions = {}) {
  const delivered: Delivered[] = [];
  const attempts: Delivered[] = [];
  const deliver: Deliver = async (targetArn, payload, options) => {
    attempts.push({ targetArn, payload, options });
    if (fail(targetArn)) throw new Error('target is down');
    delivered.push({ targetArn, payload, options });
  };
  const service = await startEventBridge({ dataDirectory, deliver });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= service.stop());
  onTestFinished(stop);
  const client = new EventBridgeClient(clientOptions(service.endpoint));
  onTestFinished(() => client.destroy());
  return { client, stop, delivered, attempts, dataDirectory };
}

export const EventBusName = 'millrace';

export async function createRule(client: EventBridgeClient, pattern: object, targets: Partial<Target>[]) {
  await client.send(new CreateEventBusCommand({ Name: EventBusName }));
  await client.send(
    new PutRuleCommand({ Name: 'rule', EventBusName, EventPattern: JSON.stringify(pattern) }),
  );
  const Targets = targets.map((target, index) => ({ Id: `t${index}`, Arn: FUNCTION, ...target }));
  await client.send(new PutTargetsCommand({ Rule: 'rule', EventBusName, Targets }));
}

export const entry = (detail: object, more: object = {}) => ({
  EventBusName,
  Source: 'millrace',
  DetailType: 'RunFinished',
  Detail: JSON.stringify(detail),
  ...more,
});

export const put = (client: EventBridgeClient, ...entries: object[]) =>
  client.send(new PutEventsCommand({ Entries: entries }));
