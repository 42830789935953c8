import { ConflictError, NotFoundError } from '../foundation/errors.ts';
import { newID } from '../foundation/ids.ts';
import type { RunEvent } from '../run-events/run-event.ts';
import type { Run } from '../runs/run.ts';
import type { WaitForEnd } from '../runs/wait-for-end.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import type { AskVendor } from './ask-vendor.ts';
import type { HookOwner } from './hook-id.ts';
import type { Registration } from './registration.ts';
import type { RegistrationStore } from './registration-store.ts';
import { requireReachable, requireRegistrable } from './vendor-schemes.ts';
import type { WebhookService } from './webhook-service.ts';

/** How often what nobody waits for starts again from what another request left. */
const MAX_ATTEMPTS = 5;

/** What became of asking a vendor, within the time that a request may take. */
export interface RegistrationOutcome {
  readonly run: Run;
  readonly url: string;
  /** The vendor's topics that are delivered now; none where that is not known yet, or nothing is delivered. */
  readonly topics: readonly string[];
  /** What went wrong; empty otherwise. */
  readonly events: readonly RunEvent[];
  readonly message: string;
}

/** Has workers tell the vendor of a task's source where to deliver, which they do again each day from then on. */
export interface WebhookRegistrar {
  /** What is registered, or on its way to it. */
  find(owner: HookOwner): Promise<Registration | undefined>;
  register(owner: HookOwner, url: string): Promise<RegistrationOutcome>;
  remove(owner: HookOwner): Promise<RegistrationOutcome>;
  /** The secret has changed: the vendor is told, without waiting for it. Nothing where nothing is registered. */
  renew(owner: HookOwner): Promise<void>;
  /** The task is gone: so are its webhooks at the vendor, without waiting for it. */
  abandon(owner: HookOwner): Promise<void>;
}

interface RegistrarDependencies {
  readonly tasks: TaskStore;
  readonly webhooks: Pick<WebhookService, 'get'>;
  readonly registrations: Pick<RegistrationStore, 'find'>;
  readonly askVendor: AskVendor;
  readonly waitForEnd: WaitForEnd;
}

export function createWebhookRegistrar(dependencies: RegistrarDependencies): WebhookRegistrar {
  const { tasks, webhooks, registrations } = dependencies;
  return {
    find: ({ appID, taskID }) => registrations.find({ appID, taskID }),
    async register(owner, url) {
      const { body: task } = await tasks.get(owner.appID, owner.taskID);
      requireRegistrable(task, (await webhooks.get(owner)).body);
      requireReachable(url);
      const before = await registrations.find(owner);
      if (before !== undefined && before.url !== url) throw elsewhere(before);
      return askAndWait(dependencies, before, {
        ...owner,
        url,
        sourceID: task.sourceID,
        wanted: 'registered',
      });
    },
    async remove(owner) {
      await tasks.get(owner.appID, owner.taskID);
      const before = await registrations.find(owner);
      if (before !== undefined) return askAndWait(dependencies, before, { ...before, wanted: 'removed' });
      throw new NotFoundError('webhook.not_registered', 'No webhook is registered at a vendor for the task.');
    },
    renew: (owner) => askIfRegistered(dependencies, owner, 'registered'),
    async abandon(owner) {
      try {
        await askIfRegistered(dependencies, owner, 'removed');
      } catch {
        // The registration is looked at each day, and that of a task that is gone is removed.
      }
    },
  };
}

type Wanted = Parameters<AskVendor>[0]['wanted'];

async function askAndWait(
  { askVendor, waitForEnd, registrations }: RegistrarDependencies,
  before: Registration | undefined,
  wanted: Wanted,
): Promise<RegistrationOutcome> {
  const { appID, taskID, url } = wanted;
  const started = await askVendor({ wanted, before, trigger: { kind: 'api', key: newID() } });
  const { run, events } = await waitForEnd(started);
  const registered = run.outcome === 'success' ? await registrations.find({ appID, taskID }) : undefined;
  return {
    run,
    url,
    topics: registered?.topics ?? [],
    events,
    message: run.reason ?? `The vendor has not answered yet: GET /1/runs/${run.runID} says how it ended.`,
  };
}

async function askIfRegistered(
  { askVendor, registrations }: RegistrarDependencies,
  owner: HookOwner,
  wanted: Wanted['wanted'],
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const before = await registrations.find(owner);
    if (before?.wanted !== 'registered') return;
    try {
      await askVendor({ wanted: { ...before, wanted }, before, trigger: { kind: 'api', key: newID() } });
      return;
    } catch (error) {
      if (!(error instanceof ConflictError) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

/** Two URLs of one task would have every event delivered twice, and the first forgotten here. */
function elsewhere({ url, wanted }: Registration): ConflictError {
  const state = wanted === 'registered' ? 'registered' : 'still being removed';
  return new ConflictError(
    'webhook.registered_elsewhere',
    `The webhook is ${state} at the vendor with the URL ${url}: remove that with DELETE …/webhook/registration first.`,
  );
}
