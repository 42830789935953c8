import type { SourceContext, WebhookRegistrar } from '../../connectors/contract/source-connector.ts';
import { findSourceConnector } from '../../connectors/registry.ts';
import { InvalidInputError, NotFoundError } from '../../core/foundation/errors.ts';
import type { Engine } from '../../core/runs/engine.ts';
import type { Run } from '../../core/runs/run.ts';
import { EngineFaultError } from '../../core/runs/engine-fault-error.ts';
import { requireConnector } from '../../core/sources/require-connector.ts';
import { sourceSchema } from '../../core/sources/source.ts';
import type { HookOwner } from '../../core/webhooks/hook-id.ts';
import type { Registration } from '../../core/webhooks/registration.ts';
import type { RegistrationStore } from '../../core/webhooks/registration-store.ts';
import { openWebhookSecret } from '../../core/webhooks/webhook-secrets.ts';
import type { WebhookStore } from '../../core/webhooks/webhook-store.ts';
import { requireRegistrable } from '../../core/webhooks/vendor-schemes.ts';
import type { ConnectionDependencies } from './open-connection.ts';
import { SAMPLE_LIMITS } from './read-sample.ts';
import { toSourceContext } from './source-context.ts';

/** How often what is asked for can change while a worker sees to it. */
const MAX_ATTEMPTS = 5;

type HookDependencies = ConnectionDependencies & {
  readonly webhooks: Pick<WebhookStore, 'get'>;
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
    if (run.registration === undefined) {
      throw new EngineFaultError('run.no_registration', 'The run does not say whose webhooks to see to.');
    }
    const vendor = await openVendor(dependencies, run, signal);
    const owner = { appID: run.appID, taskID: run.registration.taskID };
    let wanted = await registrations.find(owner);
    if (wanted?.runID !== run.runID) {
      // Run late, it would undo what was asked for since.
      return 'Something else was asked for since: a later run sees to the webhooks.';
    }
    for (let attempt = 1; ; attempt += 1) {
      const said = await arrange(dependencies, vendor, wanted);
      // What was asked for meanwhile may have been done by another worker before this one's last request.
      const latest = await registrations.find(owner);
      const isStill = latest === undefined ? wanted.wanted === 'removed' : latest.runID === wanted.runID;
      if (isStill || attempt === MAX_ATTEMPTS) return said;
      // Nothing is stored any more of what was removed.
      wanted = latest ?? { ...wanted, wanted: 'removed' };
    }
  };
}

async function openVendor(dependencies: HookDependencies, run: Run, signal: AbortSignal): Promise<Vendor> {
  if (run.checkedSource === undefined) {
    throw new EngineFaultError(
      'run.no_source',
      'The run does not say through which source to reach the vendor.',
    );
  }
  const source = sourceSchema.parse(JSON.parse(run.checkedSource));
  requireConnector(source);
  const { webhooks: registrar } = await findSourceConnector(source.type);
  if (registrar === undefined) {
    throw new InvalidInputError(
      'source.no_webhooks',
      `Sources of type ${source.type} register no webhooks: set them up at the sender.`,
    );
  }
  const context = await toSourceContext(dependencies, run, { source, limits: SAMPLE_LIMITS });
  return { context, registrar, signal };
}

/** Makes the vendor's webhooks as they are wanted, and says what is there now. */
async function arrange(
  dependencies: HookDependencies,
  vendor: Vendor,
  { appID, taskID, url, wanted }: Registration,
): Promise<string> {
  const { registrations } = dependencies;
  const at = { appID, taskID, url };
  if (wanted === 'removed') {
    await vendor.registrar.remove(vendor.context, { url }, vendor.signal);
    await registrations.forget(at);
    return `The vendor delivers nothing to ${url} any more.`;
  }
  const topics = await register(dependencies, vendor, at);
  await registrations.note(at, topics);
  return `The vendor delivers to ${url}: ${topics.join(', ')}.`;
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
