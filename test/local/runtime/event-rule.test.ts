import {
  CreateEventBusCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
} from '@aws-sdk/client-eventbridge';
import { expect, test } from 'vitest';

import { emptyPlan } from '../../../local/template/machine-plan.ts';
import { eventRule } from '../../../local/template/resources/events-rule.ts';
import type { AwsClients } from '../../../local/template/aws-clients.ts';
import { entry, QUEUE, start } from '../services/support/event-bridge.ts';
import { eventually } from '../services/support/eventually.ts';

const OTHER_QUEUE = 'arn:aws:sqs:eu-west-1:000000000000:other';

const properties = (targets: readonly string[], detailTypes: readonly string[]) => ({
  EventBusName: 'bus-of-the-stack',
  EventPattern: { source: ['millrace'], 'detail-type': detailTypes },
  State: 'ENABLED',
  Targets: targets.map((Arn, index) => ({ Arn, Id: `Target${targets.length}${index}` })),
});

test('a rule of the template brings messages to its targets, and at the next start to those that it has then', async () => {
  const { client, delivered } = await start();
  await client.send(new CreateEventBusCommand({ Name: 'bus-of-the-stack' }));
  const provision = (targets: readonly string[], detailTypes: readonly string[]) =>
    eventRule.provision(properties(targets, detailTypes), {
      logicalID: 'AlertRule',
      names: { stackName: 'millrace-local', region: 'eu-west-1', accountID: '000000000000' },
      metadata: {},
      templateDirectory: '',
      clients: { eventBridge: client } as unknown as AwsClients,
      apiURL: '',
      previousID: undefined,
      plan: emptyPlan(),
    });
  const send = (DetailType: string) =>
    client.send(
      new PutEventsCommand({
        Entries: [{ ...entry({ n: 1 }), EventBusName: 'bus-of-the-stack', Source: 'millrace', DetailType }],
      }),
    );
  await provision([QUEUE, OTHER_QUEUE], ['RunFinished']);
  const { physicalID, attributes } = await provision([OTHER_QUEUE], ['RunFinished']);
  expect(attributes?.['Arn']).toBe(
    `arn:aws:events:eu-west-1:000000000000:rule/bus-of-the-stack/${physicalID}`,
  );
  const { Targets } = await client.send(
    new ListTargetsByRuleCommand({ Rule: physicalID, EventBusName: 'bus-of-the-stack' }),
  );
  expect(Targets?.map(({ Arn }) => Arn)).toEqual([OTHER_QUEUE]);
  await send('AlertRaised');
  await send('RunFinished');
  await eventually(() => delivered.length === 1);
  expect(JSON.parse(delivered[0]?.payload ?? '')).toMatchObject({ 'detail-type': 'RunFinished' });
});

test('a property of a rule that is not known here is named', () => {
  expect(
    eventRule.findProblems({ ...properties([QUEUE], ['RunFinished']), RoleArn: 'arn:aws:iam::role' }),
  ).toEqual(['property RoleArn is not known on one machine']);
});
