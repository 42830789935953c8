import type { PushAction } from '../runs/run.ts';
import type { Task } from '../tasks/task.ts';
import type { HookOwner } from './hook-id.ts';
import type { WebhookScheme } from './webhook-scheme.ts';

/** A task's webhook as deliveries meet it. */
export interface Hook extends HookOwner {
  readonly scheme: WebhookScheme;
  /** What its deliveries do with the records that they bring; nothing where they bring only hints. */
  readonly pushAction: PushAction | undefined;
}

/** The action of a task whose deliveries hold whole records; nothing for a task whose source can be read. */
export function pushActionOf({
  sourceType,
  subscriptionAction,
  action,
  hosted,
}: Task): PushAction | undefined {
  // Of a task at Algolia a delivery asks for a run, whatever is in it.
  if (sourceType !== 'push' || hosted !== undefined) return undefined;
  switch (subscriptionAction ?? action) {
    case 'partial':
      return 'partialUpdateObject';
    case 'partialNoCreate':
      return 'partialUpdateObjectNoCreate';
    default:
      return 'addObject';
  }
}
