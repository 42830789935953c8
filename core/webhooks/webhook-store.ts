import { ResourceStore, type StoreDependencies } from '../resources/resource-store.ts';
import { webhookSchema, type Webhook } from './webhook.ts';

/** Webhooks by application and task. */
export type WebhookStore = ResourceStore<Webhook>;

export function createWebhookStore(dependencies: StoreDependencies): WebhookStore {
  return new ResourceStore(dependencies, {
    kind: 'webhook',
    bodySchema: webhookSchema,
    // A task is deleted with its webhook in place: what is delivered for a task that is gone is refused.
    referencesOf: () => [],
    attributesOf: ({ scheme, projectKey }) => ({ scheme, projectKey: projectKey ?? null }),
  });
}
