import { aStage, functionOf, resourcesOf, synthesiseTemplate, type Template } from './support/template.ts';
import { beforeAll, expect, test } from 'vitest';

let template: Template;

beforeAll(async () => {
  template = await synthesiseTemplate();
});

test('alerts hear of the ends of runs by a rule that keeps what it could not hand on, and of no alert', () => {
  const rule = resourcesOf(template, 'AWS::Events::Rule').find(
    ([, { Properties }]) => Properties.EventPattern.source?.[0] === 'millrace',
  );
  expect(rule?.[1].Properties.EventPattern).toEqual({
    source: ['millrace'],
    'detail-type': ['RunFinished'],
  });
  const [target, ...others] = rule?.[1].Properties.Targets ?? [];
  expect(others).toEqual([]);
  expect(target).toMatchObject({
    DeadLetterConfig: { Arn: expect.anything() },
    RetryPolicy: { MaximumEventAgeInSeconds: 86_400 },
  });
  const mapping = resourcesOf(template, 'AWS::Lambda::EventSourceMapping').find(
    ([, { Properties }]) => Properties.FunctionName.Ref === functionOf(template, 'send-alert').id,
  );
  expect(target.Arn).toEqual(mapping?.[1].Properties.EventSourceArn);
});

test('messages come into the queue from that rule and from no other of the account', () => {
  const statements = resourcesOf(template, 'AWS::SQS::QueuePolicy')
    .filter(([id]) => id.startsWith('Alerts'))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
    .filter(({ Effect }) => Effect === 'Allow');
  expect(statements).toHaveLength(2);
  for (const { Principal, Condition } of statements) {
    expect(Principal).toEqual({ Service: 'events.amazonaws.com' });
    expect(Condition.ArnEquals['aws:SourceArn']).toBeDefined();
  }
});

test('the sender is told of every dead-letter queue of the stack', () => {
  const { DEAD_LETTER_QUEUES } = functionOf(template, 'send-alert').resource.Properties.Environment.Variables;
  const named = JSON.stringify(DEAD_LETTER_QUEUES);
  const deadLetters = resourcesOf(template, 'AWS::SQS::Queue').flatMap(([, { Properties }]) =>
    Properties.RedrivePolicy === undefined
      ? []
      : [Properties.RedrivePolicy.deadLetterTargetArn['Fn::GetAtt'][0]],
  );
  expect(deadLetters.length).toBeGreaterThan(3);
  expect(deadLetters.filter((id) => !named.includes(`"${id}"`))).toEqual([]);
});

test('emails leave by the mail server instead of Amazon SES where the stage names one', async () => {
  const stage = aStage({ smtpURL: 'smtps://mail.shop.example:465' });
  const other = JSON.stringify(await synthesiseTemplate({ stage }));
  expect(other).not.toContain('ses:SendEmail');
  expect(JSON.stringify(template)).toContain('ses:SendEmail');
});
