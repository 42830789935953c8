import type { DataKeys } from '../foundation/data-keys.ts';
import { InvalidInputError } from '../foundation/errors.ts';
import { newID } from '../foundation/ids.ts';
import { sealWith, type SealedSecret } from '../foundation/sealing.ts';
import { invalidField } from '../foundation/validation.ts';
import type { Resource } from '../resources/resource.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import type { AlertInput, AlertUpdate, ChannelInput } from './alert-input.ts';
import type { AlertStore } from './alert-store.ts';
import type { Alert, Channel, Condition } from './alert.ts';
import { sealOwner } from './open-channel.ts';
import { needsChecks } from './check-alert.ts';
import type { CheckStore } from './check-store.ts';

/** What the deployment can send with. */
export interface AlertMeans {
  readonly hasEmail: boolean;
  /** The topics that it may publish to. */
  readonly topicARNs: readonly string[];
  /** Runs older than this are gone, so nobody can say that there was one. */
  readonly runRetentionDays: number;
}

/** Creates and changes alerts. Secrets are sealed before they are stored, and never read here. */
export interface AlertService {
  create(appID: string, alertID: string, request: AlertInput, caller: Caller): Promise<Resource<Alert>>;
  update(appID: string, alertID: string, change: AlertUpdate, caller: Caller): Promise<Resource<Alert>>;
}

interface Caller {
  readonly isOperator: boolean;
}

interface ServiceDependencies {
  readonly store: AlertStore;
  readonly tasks: TaskStore;
  readonly checks: Pick<CheckStore, 'want'>;
  readonly dataKeys: DataKeys;
  readonly means: AlertMeans;
}

export function createAlertService(dependencies: ServiceDependencies): AlertService {
  const { store, checks } = dependencies;
  return {
    async create(appID, alertID, request, caller) {
      await requirePossible(dependencies, appID, request, caller);
      const { name, enabled, taskIDs, conditions } = request;
      const owner = { appID, alertID, version: 1 };
      const channels = await toChannels(dependencies, owner, request.channels, []);
      const alert = { name, enabled, ...(taskIDs === null ? {} : { taskIDs }), conditions, channels };
      if (needsChecks(alert)) await checks.want(appID, alertID);
      return store.create(appID, alertID, alert);
    },
    async update(appID, alertID, change, caller) {
      await store.get(appID, alertID);
      await requirePossible(dependencies, appID, change, caller);
      return store.update(appID, alertID, async ({ body }, version) => {
        const taskIDs = change.taskIDs === undefined ? body.taskIDs : (change.taskIDs ?? undefined);
        const { taskIDs: _, ...rest } = body;
        const owner = { appID, alertID, version };
        const next: Alert = {
          ...rest,
          name: change.name ?? body.name,
          enabled: change.enabled ?? body.enabled,
          ...(taskIDs === undefined ? {} : { taskIDs }),
          conditions: change.conditions ?? body.conditions,
          channels:
            change.channels === undefined
              ? body.channels
              : await toChannels(dependencies, owner, change.channels, body.channels),
        };
        if (needsChecks(next)) await checks.want(appID, alertID);
        return next;
      });
    },
  };
}

/** Refuses what this deployment cannot do, or this caller may not ask for. */
async function requirePossible(
  { tasks, means }: ServiceDependencies,
  appID: string,
  { taskIDs, conditions = [], channels = [] }: AlertUpdate,
  { isOperator }: Caller,
): Promise<void> {
  if (taskIDs !== undefined && taskIDs !== null) {
    const found = new Set((await tasks.findMany(appID, taskIDs)).map(({ id }) => id));
    const missing = taskIDs.findIndex((id) => !found.has(id));
    if (missing >= 0) throw invalidField(`taskIDs[${missing}]`, `no such task: ${taskIDs[missing]}`);
  }
  for (const [index, condition] of conditions.entries()) {
    requireCondition(condition, `conditions[${index}]`, { isOperator, means });
  }
  for (const [index, channel] of channels.entries()) requireMeans(channel, `channels[${index}]`, means);
}

function requireCondition(
  condition: Condition,
  label: string,
  { isOperator, means }: { readonly isOperator: boolean; readonly means: AlertMeans },
): void {
  if (condition.type === 'dlqNotEmpty' && !isOperator) {
    const message = "is about the whole deployment: only the deployment's own admin key can ask for it";
    throw invalidField(`${label}.type`, message);
  }
  if (condition.type === 'noRunWithin' && condition.minutes > means.runRetentionDays * 1440) {
    const message = `must be at most ${means.runRetentionDays * 1440}: this deployment keeps runs for ${means.runRetentionDays} days`;
    throw invalidField(`${label}.minutes`, message);
  }
}

function requireMeans(channel: ChannelInput, label: string, means: AlertMeans): void {
  if (channel.type === 'email' && !means.hasEmail) {
    throw invalidField(
      `${label}.type`,
      'this deployment sends no emails: its operator must name a sender (docs/alerts.md)',
    );
  }
  if (channel.type === 'sns' && !means.topicARNs.includes(channel.topicARN)) {
    throw invalidField(
      `${label}.topicARN`,
      'this deployment may not publish to that topic: its operator must name it (docs/alerts.md)',
    );
  }
}

type Owner = { readonly appID: string; readonly alertID: string; readonly version: number };

/** The channels as stored: fresh ones get an ID, secrets are sealed, and a null leaves one as it is. */
async function toChannels(
  { dataKeys }: ServiceDependencies,
  { appID, alertID, version }: Owner,
  inputs: readonly ChannelInput[],
  before: readonly Channel[],
): Promise<Channel[]> {
  const known = new Map(before.map((channel) => [channel.channelID, channel]));
  const ids = inputs.map(({ channelID }, index) => requireKnown(channelID, known, index) ?? newID());
  if (new Set(ids).size < ids.length) throw invalidField('channels', 'must not name a channelID twice');
  return sealWith(dataKeys, { ...sealOwner(appID, alertID), version }, (seal) =>
    inputs.map((input, index): Channel => {
      const channelID = ids[index] ?? newID();
      const old = known.get(channelID);
      const sealOr = (
        value: string | null,
        stored: SealedSecret | undefined,
        field: string,
      ): SealedSecret => {
        if (value !== null) return seal(channelID, value);
        if (stored !== undefined) return stored;
        throw invalidField(`channels[${index}].${field}`, 'is required for a new channel');
      };
      switch (input.type) {
        case 'webhook': {
          const stored = old?.type === 'webhook' ? old.secret : undefined;
          return { ...input, channelID, secret: sealOr(input.secret, stored, 'secret') };
        }
        case 'slack':
          return {
            ...input,
            channelID,
            url: sealOr(input.url, old?.type === 'slack' ? old.url : undefined, 'url'),
          };
        default:
          return { ...input, channelID };
      }
    }),
  );
}

function requireKnown(
  channelID: string | undefined,
  known: ReadonlyMap<string, Channel>,
  index: number,
): string | undefined {
  if (channelID === undefined || known.has(channelID)) return channelID;
  throw new InvalidInputError(
    'alert.unknown_channel',
    `channels[${index}].channelID: this alert has no such channel; leave it out for a new one.`,
  );
}
