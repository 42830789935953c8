import { createDeliveryLedger } from '../../../core/webhooks/delivery-ledger.ts';
import { createAskVendor } from '../../../core/webhooks/ask-vendor.ts';
import { createRegistrationStore } from '../../../core/webhooks/registration-store.ts';
import { createWebhookRegistrar } from '../../../core/webhooks/webhook-registrar.ts';
import { createWebhookService } from '../../../core/webhooks/webhook-service.ts';
import { createWebhookStore } from '../../../core/webhooks/webhook-store.ts';
import type { SourceStore } from '../../../core/sources/source-store.ts';
import type { TaskStore } from '../../../core/tasks/task-store.ts';
import type { WaitForEnd } from '../../../core/runs/wait-for-end.ts';
import type { ApiPorts } from '../create-dependencies.ts';
import type { ApiDependencies } from '../dependencies.ts';

/** What sets up webhooks, here and at vendors, and shows what came by them. */
export function createWebhookDependencies(
  ports: Pick<ApiPorts, 'client' | 'tableName' | 'clock' | 'limits' | 'dataKeys' | 'startRun'> &
    Pick<ApiPorts, 'commercetoolsProjects'>,
  around: { readonly tasks: TaskStore; readonly sources: SourceStore; readonly waitForEnd: WaitForEnd },
): Pick<ApiDependencies, 'webhooks' | 'webhookRegistrar' | 'deliveryLedger'> {
  const webhooks = createWebhookService({ ...ports, ...around, store: createWebhookStore(ports) });
  const registrations = createRegistrationStore(ports);
  const askVendor = createAskVendor({ ...ports, ...around, registrations });
  return {
    webhooks,
    webhookRegistrar: createWebhookRegistrar({ ...around, webhooks, registrations, askVendor }),
    deliveryLedger: createDeliveryLedger(ports),
  };
}
