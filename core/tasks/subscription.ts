import { InvalidInputError } from '../foundation/errors.ts';
import type { Task } from './task.ts';

/** Whether events of its source may start the task, beside a schedule that it may have. */
export function takesEvents({ hosted, triggerType, subscriptionAction }: Task): boolean {
  // Algolia is asked for a whole run, which every task can do.
  return hosted !== undefined || triggerType === 'subscription' || subscriptionAction !== undefined;
}

/** Refuses a webhook for a task that no event of its source is to start, or whose action takes no single records. */
export function requireSubscription(task: Task): void {
  if (!takesEvents(task)) {
    throw new InvalidInputError(
      'task.no_subscription',
      'The task has no subscription: update it with a subscriptionAction, such as save, to start it by webhook.',
    );
  }
  if (!task.hosted) updateActionOf(task);
}

/** What a run of single entities does with them. */
export function updateActionOf({ action, subscriptionAction }: Task): Task['action'] {
  if (subscriptionAction === 'replace') {
    throw new InvalidInputError(
      'task.replace_of_entities',
      'The subscriptionAction replace would leave only the records of one event in the index: use save or partial.',
    );
  }
  return subscriptionAction ?? (action === 'replace' ? 'save' : action);
}
