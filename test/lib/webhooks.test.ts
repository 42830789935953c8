import { expect, test } from 'vitest';

import { aStage, functionOf, resourcesOf, synthesiseTemplate } from './support/template.ts';

test('notifications of commercetools have no queue where the stage names no project, and one fed by their partner source where it names that', async () => {
  const without = await synthesiseTemplate({ stage: aStage({ commercetoolsProjects: {} }) });
  expect(() => functionOf(without, 'receive-message')).toThrow('receive-message');
  const commercetoolsEventSource = 'aws.partner/commercetools.com/a-project/events';
  const fed = await synthesiseTemplate({ stage: aStage({ commercetoolsEventSource }) });
  const rule = resourcesOf(fed, 'AWS::Events::Rule').find(
    ([, { Properties }]) => Properties.EventPattern.source?.[0] === commercetoolsEventSource,
  );
  const [target] = rule?.[1].Properties.Targets ?? [];
  expect(target).toMatchObject({ InputPath: '$.detail', DeadLetterConfig: { Arn: expect.anything() } });
  const mapping = resourcesOf(fed, 'AWS::Lambda::EventSourceMapping').find(
    ([, { Properties }]) => Properties.FunctionName.Ref === functionOf(fed, 'receive-message').id,
  );
  expect(target.Arn).toEqual(mapping?.[1].Properties.EventSourceArn);
});
