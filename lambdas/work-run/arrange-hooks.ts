import type { SourceContext, WebhookRegistrar } from '../../connectors/contract/source-connector.ts';
import { findSourceConnector } from '../../connectors/registry.ts';
import { InvalidInputError, NotFoundError } from '../../core/foundation/errors.ts';
import type { Engine } from '../../core/runs/engine.ts';
import { EngineFaultError } from '../../core/runs/engine-fault-error.ts';
import { requireConnector } from '../../core/sources/require-connector.ts';
import { sourceSchema } from '../../core/sources/source.ts';
import type { HookOwner } from '../../core/webhooks/hook-id.ts';
import type { RegistrationStore } from '../../core/webhooks/registration-store.ts';
import { openWebhookSecret } from '../../core/webhooks/webhook-secrets.ts';
import type { WebhookStore } from '../../core/webhooks/webhook-store.ts';
import { requireRegistrable } from '../../core/webhooks/vendor-schemes.ts';
import type { ConnectionDependencies } from './open-connection.ts';
import { SAMPLE_LIMITS } from './read-sample.ts';
import { toSourceContext } from './source-context.ts';

type HookDependencies = ConnectionDependencies & {
  readonly webhooks: WebhookStore;
  readonly registrations: Pick<RegistrationStore, 'find' | 'note' | 'forget'>;
};

interface Vendor {
  readonly context: SourceContext<unknown>;
  readonly registrar: WebhookRegistrar<unknown>;
  readonly signal: AbortSignal;
}

/** Tells the vendor of the source that a run carries where to deliver, or no longer to; any number of times. */
export function createArrangeHooks(dependencies: HookDependencies): Engine['arrangeHooks'] {
  const { registrations } = dependencies;
  return async (run, signal) => {
    const { registration, checkedSource } = run;
    if (registration === undefined || checkedSource === undefined) {
      throw new EngineFaultError('run.no_source', 'The run does not say which webhooks to see to.');
    }
    const source = sourceSchema.parse(JSON.parse(checkedSource));
    requireConnector(source);
    const { webhooks: registrar } = await findSourceConnector(source.type);
    if (registrar === undefined) {
      throw new InvalidInputError(
        'source.no_webhooks',
        `Sources of type ${source.type} register no webhooks: set them up at the sender.`,
      );
    }
    const context = await toSourceContext(dependencies, run, { source, limits: SAMPLE_LIMITS });
    const { taskID, url, wanted } = registration;
    const owner = { appID: run.appID, taskID };
    if ((await registrations.find(owner))?.runID !== run.runID) {
      // Run late, it would undo what was asked for since.
      return 'Something else was asked for since: a later run sees to the webhooks.';
    }
    if (wanted === 'removed') {
      await registrar.remove(context, { url }, signal);
      await registrations.forget({ ...owner, url });
      return `The vendor delivers nothing to ${url} any more.`;
    }
    const topics = await register(dependencies, { context, registrar, signal }, { ...owner, url });
    await registrations.note({ ...owner, url }, topics);
    return `The vendor delivers to ${url}: ${topics.join(', ')}.`;
  };
}

async function register(
  dependencies: HookDependencies,
  { context, registrar, signal }: Vendor,
  { url, ...owner }: HookOwner & { readonly url: string },
): Promise<readonly string[]> {
  const { tasks, webhooks, dataKeys } = dependencies;
  const [task, webhook] = await Promise.all([
    tasks.get(owner.appID, owner.taskID),
    webhooks.get(owner.appID, owner.taskID),
  ]);
  requireRegistrable(task.body, webhook.body);
  const { scheme, secret: sealed } = webhook.body;
  if (sealed === undefined) {
    throw new NotFoundError('webhook.no_secret', 'The webhook has no secret: set its scheme again with PUT.');
  }
  const secret = await openWebhookSecret(dataKeys, { ...owner, scheme }, sealed);
  return (await registrar.register(context, { url, secret }, signal)).topics;
}
