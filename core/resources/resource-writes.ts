import type { Clock } from '../foundation/clock.ts';
import { InvalidInputError } from '../foundation/errors.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import {
  TransactionRefusedError,
  writeTransaction,
  type TransactionItem,
} from '../foundation/transactions.ts';
import { invalidField } from '../foundation/validation.ts';
import { addUse, IS_LIVE, removeUse, resourceKey } from './resource-items.ts';
import type { Reference, Resource, ResourceKind } from './resource.ts';

/** Deleted resources stay in the table this long, unseen. */
const DELETED_RETENTION_SECONDS = 30 * 24 * 60 * 60;

/** Items stay far below DynamoDB's 400 KB, so that transactions and pages of them stay small. */
const MAX_BODY_BYTES = 100_000;

type Table = TableAccess & { readonly clock: Clock };

/** A resource with what it names. */
export interface Revision {
  readonly appID: string;
  readonly kind: ResourceKind;
  readonly resource: Resource<unknown>;
  readonly references: readonly Reference[];
}

/** Writes a new resource; its id is fresh. A reference to what is not there is an `InvalidInputError` naming the field. */
export async function writeNew(table: Table, revision: Revision): Promise<void> {
  const { resource } = revision;
  const row: TransactionItem = {
    Put: {
      TableName: table.tableName,
      Item: {
        ...resourceKey(revision.appID, revision.kind, resource.id),
        version: resource.version,
        useCount: 0,
        createdAt: resource.createdAt,
        updatedAt: resource.updatedAt,
        body: toText(resource.body),
      },
    },
  };
  await write(table, row, revision, { added: revision.references, removed: [] });
}

/** Writes `next` over `current`. False when the resource is no longer as `current` has it. */
export async function writeOver(table: Table, current: Revision, next: Revision): Promise<boolean> {
  const row: TransactionItem = {
    Update: {
      TableName: table.tableName,
      Key: resourceKey(current.appID, current.kind, current.resource.id),
      UpdateExpression: 'SET version = :next, updatedAt = :now, body = :body',
      ConditionExpression: `version = :current AND ${IS_LIVE}`,
      ExpressionAttributeValues: {
        ':current': current.resource.version,
        ':next': next.resource.version,
        ':now': next.resource.updatedAt,
        ':body': toText(next.resource.body),
      },
    },
  };
  return tryWrite(table, row, current, {
    added: next.references.filter((reference) => !includes(current.references, reference)),
    removed: current.references.filter((reference) => !includes(next.references, reference)),
  });
}

/** Marks the resource deleted. False when it changed since `current` was read, or is used. */
export async function writeDeleted(table: Table, current: Revision, deletedAt: Date): Promise<boolean> {
  const row: TransactionItem = {
    Update: {
      TableName: table.tableName,
      Key: resourceKey(current.appID, current.kind, current.resource.id),
      UpdateExpression: 'SET version = :next, deletedAt = :now, expiresAt = :expiry',
      ConditionExpression: `version = :current AND useCount = :none AND ${IS_LIVE}`,
      ExpressionAttributeValues: {
        ':current': current.resource.version,
        ':next': current.resource.version + 1,
        ':none': 0,
        ':now': deletedAt.toISOString(),
        ':expiry': Math.floor(deletedAt.getTime() / 1000) + DELETED_RETENTION_SECONDS,
      },
    },
  };
  return tryWrite(table, row, current, { added: [], removed: current.references });
}

interface UseChanges {
  readonly added: readonly Reference[];
  readonly removed: readonly Reference[];
}

async function tryWrite(
  table: Table,
  row: TransactionItem,
  user: Revision,
  uses: UseChanges,
): Promise<boolean> {
  try {
    await write(table, row, user, uses);
    return true;
  } catch (error) {
    if (error instanceof TransactionRefusedError && error.failed.includes(0)) return false;
    throw error;
  }
}

/** The row comes first, then the new uses: a condition that fails there is that of what a reference names. */
async function write(table: Table, row: TransactionItem, user: Revision, uses: UseChanges): Promise<void> {
  const { appID, kind } = user;
  const context = { tableName: table.tableName, appID, user: { kind, id: user.resource.id } };
  const items = [row];
  const namedAt = new Map<number, Reference>();
  for (const reference of uses.added) {
    namedAt.set(items.length, reference);
    items.push(...addUse(context, reference));
  }
  for (const reference of uses.removed) items.push(...removeUse(context, reference));
  try {
    await writeTransaction(table.client, items, table.clock);
  } catch (error) {
    if (!(error instanceof TransactionRefusedError) || error.failed.includes(0)) throw error;
    const missing = error.failed
      .map((position) => namedAt.get(position))
      .find((reference) => reference !== undefined);
    throw missing ? noSuchReference(missing) : error;
  }
}

/** A reference to what this application does not have. */
function noSuchReference(reference: Reference): InvalidInputError {
  return invalidField(reference.field, `no such ${reference.kind}: ${reference.id}`);
}

function includes(references: readonly Reference[], wanted: Reference): boolean {
  return references.some(({ kind, id }) => kind === wanted.kind && id === wanted.id);
}

function toText(body: unknown): string {
  const text = JSON.stringify(body);
  if (Buffer.byteLength(text) > MAX_BODY_BYTES) {
    throw new InvalidInputError(
      'resource.too_big',
      `body: must have at most ${MAX_BODY_BYTES} bytes as it is stored.`,
      {
        details: [{ message: `must have at most ${MAX_BODY_BYTES} bytes as it is stored`, label: 'body' }],
      },
    );
  }
  return text;
}
