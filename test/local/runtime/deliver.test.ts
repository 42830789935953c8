import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { createDeliver } from '../../../local/event-sources/deliver.ts';
import { ThrottledError, type Invoke } from '../../../local/lambda/function-definition.ts';
import { emptyPlan } from '../../../local/template/machine-plan.ts';

const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:sweep';

function deliverTo(invoke: Invoke, maxAttempts: number) {
  const plan = emptyPlan();
  plan.asynchronousRetries.set('sweep', { maxAttempts, maxAgeSeconds: 60 });
  return createDeliver({ plan, sqs: new SQSClient({ region: 'us-east-1' }), invoke });
}

describe('what a schedule or a rule sends', () => {
  it('reaches the function that its ARN names', async () => {
    const calls: [string, string][] = [];
    const deliver = deliverTo(async (name, payload) => {
      calls.push([name, payload]);
      return { payload: 'null' };
    }, 0);
    await deliver(FUNCTION_ARN, '{"a":1}');
    expect(calls).toEqual([['sweep', '{"a":1}']]);
  });

  it('counts as delivered though the function failed, since its own configuration decides on retries', async () => {
    let calls = 0;
    const deliver = deliverTo(async () => {
      calls += 1;
      return { payload: '{}', functionError: 'Unhandled' };
    }, 0);
    await deliver(FUNCTION_ARN, '{}');
    expect(calls).toBe(1);
  });

  it('goes back to the sender when no process takes it, or when there is no such target', async () => {
    const deliver = deliverTo(async (name) => {
      throw new ThrottledError(name);
    }, 0);
    await expect(deliver(FUNCTION_ARN, '{}')).rejects.toThrow('busy');
    await expect(deliver('arn:aws:sqs:us-east-1:000000000000:none', '{}')).rejects.toThrow(
      'No function or queue',
    );
  });
});
