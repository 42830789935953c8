import type { Clock } from '../foundation/clock.ts';
import type { DataKeys } from '../foundation/data-keys.ts';
import { InvalidInputError, NotFoundError } from '../foundation/errors.ts';
import { Secret } from '../foundation/secret.ts';
import { invalidField } from '../foundation/validation.ts';
import type { Resource } from '../resources/resource.ts';
import { requireSubscription } from '../tasks/subscription.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import type { HookOwner } from './hook-id.ts';
import { sealWebhookSecret } from './webhook-secrets.ts';
import type { WebhookSchemeName } from './webhook-scheme.ts';
import { webhookSchemes } from './webhook-schemes.ts';
import type { WebhookStore } from './webhook-store.ts';
import type { Webhook } from './webhook.ts';

/** Senders and queues take some time until all of them use the new secret. */
const PREVIOUS_VALID_MILLISECONDS = 60 * 60 * 1000;

interface WebhookSettings {
  readonly scheme: WebhookSchemeName;
  /** Where the sender makes it, or may; generated otherwise. */
  readonly secret?: Secret | undefined;
  /** Of commercetools. */
  readonly projectKey?: string | undefined;
}

/** A webhook with its new secret, which is shown this once; none where the scheme has none. */
export interface WebhookWithSecret {
  readonly webhook: Resource<Webhook>;
  readonly secret: Secret | undefined;
}

/** Sets up the webhooks of tasks. Secrets are sealed before they are stored, and never read here. */
export interface WebhookService {
  get(owner: HookOwner): Promise<Resource<Webhook>>;
  /** From then on no earlier secret is good. */
  set(owner: HookOwner, settings: WebhookSettings): Promise<WebhookWithSecret>;
  /** The secret before stays good for an hour. */
  rotate(owner: HookOwner, secret: Secret | undefined): Promise<WebhookWithSecret>;
}

export function createWebhookService(dependencies: {
  readonly store: WebhookStore;
  readonly tasks: TaskStore;
  readonly dataKeys: DataKeys;
  readonly clock: Clock;
  /** The application whose tasks a commercetools project may notify, as the deployment says. */
  readonly commercetoolsProjects: Readonly<Record<string, string>>;
}): WebhookService {
  const { store, tasks, dataKeys, clock, commercetoolsProjects } = dependencies;
  const get = async ({ appID, taskID }: HookOwner) => {
    await tasks.get(appID, taskID);
    const webhook = await store.find(appID, taskID);
    if (webhook) return webhook;
    throw new NotFoundError('webhook.not_found', 'The task has no webhook yet: set its scheme with PUT.');
  };
  return {
    get,
    async set(owner, { scheme, secret: given, projectKey }) {
      const { appID, taskID } = owner;
      requireSubscription((await tasks.get(appID, taskID)).body);
      requireProject(commercetoolsProjects, { appID, scheme, projectKey });
      const secret = chooseSecret(scheme, given);
      const make = async (version: number): Promise<Webhook> => ({
        scheme,
        projectKey,
        ...(secret === undefined
          ? {}
          : { secret: await sealWebhookSecret(dataKeys, { ...owner, scheme, version }, secret) }),
      });
      if (!(await store.find(appID, taskID))) await store.create(appID, taskID, await make(1));
      // Also right after it was made: it may have been made by another request, with another secret.
      const webhook = await store.update(appID, taskID, (_, version) => make(version));
      return { webhook, secret };
    },
    async rotate(owner, given) {
      const { scheme } = (await get(owner)).body;
      const secret = chooseSecret(scheme, given);
      if (secret === undefined) throw invalidField('scheme', `${scheme} has no secret to rotate`);
      const validUntil = new Date(clock.now().getTime() + PREVIOUS_VALID_MILLISECONDS).toISOString();
      const webhook = await store.update(owner.appID, owner.taskID, async ({ body }, version) => ({
        ...body,
        secret: await sealWebhookSecret(dataKeys, { ...owner, scheme: body.scheme, version }, secret),
        ...(body.secret === undefined ? {} : { previous: { secret: body.secret, validUntil } }),
      }));
      return { webhook, secret };
    },
  };
}

function chooseSecret(name: WebhookSchemeName, given: Secret | undefined): Secret | undefined {
  const { secretMadeBy, createSecret } = webhookSchemes[name];
  if (secretMadeBy === 'sender' && given === undefined) {
    throw invalidField('secret', `is required: ${name} signs with a secret of its own`);
  }
  if ((secretMadeBy === 'millrace' || secretMadeBy === 'nobody') && given !== undefined) {
    const why = secretMadeBy === 'nobody' ? `${name} has none` : 'it is generated and shown in the answer';
    throw invalidField('secret', `must not be given with the scheme ${name}: ${why}`);
  }
  if (secretMadeBy === 'nobody') return undefined;
  return given ?? new Secret(createSecret());
}

function requireProject(
  projects: Readonly<Record<string, string>>,
  { appID, scheme, projectKey }: { appID: string; scheme: WebhookSchemeName; projectKey: string | undefined },
): void {
  if (scheme !== 'commercetools') {
    if (projectKey === undefined) return;
    throw invalidField('projectKey', 'must be given with the scheme commercetools only');
  }
  if (projectKey === undefined) throw invalidField('projectKey', 'is required with the scheme commercetools');
  if (projects[projectKey] === appID) return;
  throw new InvalidInputError(
    'webhook.unknown_project',
    `This deployment takes no notifications of the commercetools project ${projectKey} for this application: ` +
      'its operator names the project in the setting commercetoolsProjects.',
  );
}
