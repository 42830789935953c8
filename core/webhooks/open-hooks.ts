import type { Clock } from '../foundation/clock.ts';
import type { DataKeys } from '../foundation/data-keys.ts';
import type { Resource } from '../resources/resource.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import { pushActionOf, type Hook } from './hook.ts';
import { readHookID, type HookOwner } from './hook-id.ts';
import { openWebhookSecret } from './webhook-secrets.ts';
import { webhookSchemes } from './webhook-schemes.ts';
import type { WebhookStore } from './webhook-store.ts';
import type { Webhook } from './webhook.ts';

/** How long a process goes by what it read. A delivery that does not fit makes it read again at once. */
const KEEP_MILLISECONDS = 10_000;
const MAX_KEPT = 1_000;

/** A hook with the secrets that prove a delivery authentic. */
export interface OpenedHook {
  readonly hook: Hook;
  /** Those that are good at this moment. */
  secretsAt(now: Date): string[];
}

/** The hooks by their IDs, with their secrets; nothing for one that there is not, or whose task is gone. */
export interface OpenHooks {
  /** Maybe as it was some seconds ago. */
  recall(hookID: string): Promise<OpenedHook | undefined>;
  /** As it is now. */
  read(hookID: string): Promise<OpenedHook | undefined>;
}

interface OpenHooksDependencies {
  readonly webhooks: Pick<WebhookStore, 'find'>;
  readonly tasks: Pick<TaskStore, 'find'>;
  readonly dataKeys: DataKeys;
  readonly clock: Clock;
}

interface KeptHook {
  readonly opened: OpenedHook;
  readonly version: number;
  readonly secrets: HookSecrets;
  readonly readAt: number;
}

export function createOpenHooks(dependencies: OpenHooksDependencies): OpenHooks {
  const { webhooks, tasks, clock } = dependencies;
  const kept = new Map<string, KeptHook>();
  const read = async (hookID: string) => {
    const owner = readHookID(hookID);
    if (owner === undefined) return undefined;
    const [webhook, task] = await Promise.all([
      webhooks.find(owner.appID, owner.taskID),
      tasks.find(owner.appID, owner.taskID),
    ]);
    const before = kept.get(hookID);
    kept.delete(hookID);
    if (webhook === undefined || task === undefined) return undefined;
    const secrets =
      before?.version === webhook.version ? before.secrets : await openAll(dependencies, owner, webhook);
    const scheme = webhookSchemes[webhook.body.scheme];
    const opened = {
      hook: { ...owner, scheme, pushAction: pushActionOf(task.body) },
      secretsAt: (now: Date) => goodSecrets(secrets, now),
    };
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(hookID, { opened, secrets, version: webhook.version, readAt: clock.now().getTime() });
    return opened;
  };
  return {
    read,
    async recall(hookID) {
      const known = kept.get(hookID);
      const isFresh = known !== undefined && clock.now().getTime() - known.readAt < KEEP_MILLISECONDS;
      return isFresh ? known.opened : read(hookID);
    },
  };
}

interface HookSecrets {
  readonly current: string | undefined;
  readonly previous: { readonly secret: string; readonly validUntil: string } | undefined;
}

async function openAll(
  { dataKeys }: OpenHooksDependencies,
  owner: HookOwner,
  { body }: Resource<Webhook>,
): Promise<HookSecrets> {
  const { scheme, secret, previous } = body;
  const open = async (sealed: NonNullable<Webhook['secret']>) =>
    (await openWebhookSecret(dataKeys, { ...owner, scheme }, sealed)).reveal();
  return {
    current: secret === undefined ? undefined : await open(secret),
    previous:
      previous === undefined
        ? undefined
        : { secret: await open(previous.secret), validUntil: previous.validUntil },
  };
}

function goodSecrets({ current, previous }: HookSecrets, now: Date): string[] {
  const isPreviousGood = previous !== undefined && Date.parse(previous.validUntil) > now.getTime();
  return [...(current === undefined ? [] : [current]), ...(isPreviousGood ? [previous.secret] : [])];
}
