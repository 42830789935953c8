import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Clock } from '../foundation/clock.ts';
import { newID } from '../foundation/ids.ts';
import { TABLE_INDEXES, TABLE_KEYS } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { readItem, readItems } from '../resources/resource-reads.ts';
import { LINKS_DUE } from './links-due.ts';

export const LINK_STATUSES = ['unverified', 'active', 'wrongRegion', 'keyRefused', 'unreachable'] as const;

/**
 * How far the copying of a link is. Beside the link, because it changes each minute and the link only when somebody
 * changes it.
 */
const linkStateSchema = z.object({
  appID: z.string(),
  linkID: z.string(),
  /** The version of the link that all of this is about; 0 before the first look. */
  linkVersion: z.int(),
  status: z.enum(LINK_STATUSES),
  /** A sentence for the owner of the link. */
  message: z.string(),
  checkedAt: z.string().optional(),
  /** Where the reading of runs goes on. */
  position: z.object({ from: z.string(), page: z.int() }),
  /** When the latest run that was seen was created. */
  newestRunAt: z.string().optional(),
  /** When the reading last began far back. */
  lookedBackAt: z.string().optional(),
  dueAt: z.string(),
});

export type LinkState = z.output<typeof linkStateSchema>;

/** How far back the first reading begins. Algolia says nothing of how long it keeps runs. */
const BACKFILL_DAYS = 30;

/** The state of a link as it begins, and begins again when the link is changed. */
export function freshLinkState(link: { appID: string; linkID: string }, now: Date, dueAt: Date): LinkState {
  return {
    ...link,
    linkVersion: 0,
    status: 'unverified',
    message: 'The link was not looked at yet.',
    position: { from: new Date(now.getTime() - BACKFILL_DAYS * 86_400_000).toISOString(), page: 1 },
    dueAt: dueAt.toISOString(),
  };
}

export interface LinkStates {
  /** Stores the state of a new link; one that is there stays. */
  create(state: LinkState): Promise<void>;
  find(appID: string, linkID: string): Promise<LinkState | undefined>;
  findMany(appID: string, linkIDs: readonly string[]): Promise<LinkState[]>;
  /** One poller at a time copies a link; nothing while another does. */
  hold(state: LinkState, seconds: number): Promise<HeldLinkState | undefined>;
  remove(appID: string, linkID: string): Promise<void>;
}

interface HeldLinkState {
  /** Stores what was reached, and goes on holding; nothing happens when another poller is in. */
  save(next: LinkState): Promise<void>;
  /** Stores what was reached and lets the next poller in. */
  release(next: LinkState): Promise<void>;
}

type Table = TableAccess & { readonly clock: Clock };

export function createLinkStates(table: Table): LinkStates {
  const { client, tableName } = table;
  return {
    async create(state) {
      await put(table, state, { ConditionExpression: 'attribute_not_exists(pk)' });
    },
    async find(appID, linkID) {
      const item = await readItem(table, stateKey(appID, linkID));
      return item === undefined ? undefined : linkStateSchema.parse(item);
    },
    async findMany(appID, linkIDs) {
      const items = await readItems(
        table,
        linkIDs.map((linkID) => stateKey(appID, linkID)),
      );
      return items.map((item) => linkStateSchema.parse(item));
    },
    hold: (state, seconds) => hold(table, state, seconds),
    async remove(appID, linkID) {
      await client.send(new DeleteCommand({ TableName: tableName, Key: stateKey(appID, linkID) }));
    },
  };
}

async function hold(table: Table, state: LinkState, seconds: number): Promise<HeldLinkState | undefined> {
  const holder = newID();
  const now = table.clock.now();
  const heldUntil = new Date(now.getTime() + seconds * 1000).toISOString();
  const isHeld = await unlessRefused(
    table.client.send(
      new UpdateCommand({
        TableName: table.tableName,
        Key: stateKey(state.appID, state.linkID),
        UpdateExpression: 'SET holder = :holder, heldUntil = :until',
        ConditionExpression:
          'attribute_exists(pk) AND (attribute_not_exists(heldUntil) OR heldUntil <= :now)',
        ExpressionAttributeValues: { ':holder': holder, ':now': now.toISOString(), ':until': heldUntil },
      }),
    ),
  );
  if (!isHeld) return undefined;
  const isHolder = {
    ConditionExpression: 'holder = :holder',
    ExpressionAttributeValues: { ':holder': holder },
  };
  return {
    save: (next) => put(table, { ...next, holder, heldUntil }, isHolder),
    release: (next) => put(table, next, isHolder),
  };
}

/** Writes the state whole, if the condition is met. */
async function put(table: Table, state: LinkState & Partial<Holder>, condition: Condition): Promise<void> {
  await unlessRefused(
    table.client.send(new PutCommand({ TableName: table.tableName, Item: toItem(state), ...condition })),
  );
}

interface Holder {
  readonly holder: string;
  readonly heldUntil: string;
}

interface Condition {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeValues?: Record<string, unknown>;
}

function stateKey(appID: string, linkID: string): Record<string, string> {
  return { [TABLE_KEYS.partition]: `${appID}#link-state`, [TABLE_KEYS.sort]: linkID };
}

function toItem(state: LinkState): Record<string, unknown> {
  return { ...state, ...stateKey(state.appID, state.linkID), [TABLE_INDEXES.due.partition]: LINKS_DUE };
}

async function unlessRefused(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
