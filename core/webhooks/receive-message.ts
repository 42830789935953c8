import * as z from 'zod';

import { InvalidInputError } from '../foundation/errors.ts';
import type { Log } from '../foundation/logging.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import type { AcceptDelivery } from './accept-delivery.ts';
import { pushActionOf } from './hook.ts';
import { webhookSchemes } from './webhook-schemes.ts';
import type { WebhookStore } from './webhook-store.ts';

/** More tasks than this for one project are refused rather than forgotten. */
const MAX_TASKS = 100;

const notificationSchema = z.object({ projectKey: z.string().min(1) });

/** Takes in a notification of commercetools, for every task that is notified of the project. */
export type ReceiveMessage = (body: Buffer) => Promise<void>;

export function createReceiveMessage(dependencies: {
  /** commercetools project → the application whose tasks it may notify. */
  readonly projects: Readonly<Record<string, string>>;
  readonly webhooks: Pick<WebhookStore, 'list'>;
  readonly tasks: Pick<TaskStore, 'findMany'>;
  readonly acceptDelivery: AcceptDelivery;
  readonly log: Log;
}): ReceiveMessage {
  const { projects, webhooks, tasks, acceptDelivery, log } = dependencies;
  return async (body) => {
    const projectKey = readProjectKey(body);
    // A project may have the name of what every object has.
    const appID = Object.hasOwn(projects, projectKey) ? projects[projectKey] : undefined;
    if (appID === undefined) {
      log.info('A notification of a project that the stage does not name was dropped');
      return;
    }
    const { items, nbItems } = await webhooks.list(appID, {
      page: 1,
      itemsPerPage: MAX_TASKS,
      sort: 'createdAt',
      order: 'asc',
      filter: { projectKey: [projectKey] },
    });
    if (nbItems > MAX_TASKS) throw new Error(`More than ${MAX_TASKS} tasks are notified of one project`);
    const found = await tasks.findMany(
      appID,
      items.map(({ id }) => id),
    );
    for (const { id: taskID, body: task } of found) {
      const hook = { appID, taskID, scheme: webhookSchemes.commercetools, pushAction: pushActionOf(task) };
      await acceptDelivery(hook, { headers: {}, body });
    }
  };
}

function readProjectKey(body: Buffer): string {
  try {
    const json: unknown = JSON.parse(body.toString('utf8'));
    return notificationSchema.parse(json).projectKey;
  } catch {
    // Without the cause: a syntax error quotes the text.
    throw new InvalidInputError('webhook.unreadable', 'A notification of commercetools cannot be read.');
  }
}
