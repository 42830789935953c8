import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { HouseFunction } from './house-function.ts';
import type { Construct } from 'constructs';

/** The dead-letter queues that there are in `scope` so far. */
export function findDeadLetters(scope: Construct): DeadLetterQueue[] {
  return scope.node.findAll().filter((construct) => construct instanceof DeadLetterQueue);
}

/** The function can ask how many messages are in them. */
export function grantCount(deadLetters: readonly DeadLetterQueue[], fn: HouseFunction): void {
  fn.allow({
    actions: ['sqs:GetQueueAttributes'],
    resources: deadLetters.map(({ queue }) => queue.queueArn),
  });
}
