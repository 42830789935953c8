import type { Clock } from '../foundation/clock.ts';
import { InvalidInputError, type MillraceError } from '../foundation/errors.ts';
import { isID } from '../foundation/ids.ts';
import type { Limits } from '../foundation/limits.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import {
  TransactionRefusedError,
  writeTransaction,
  type TransactionItem,
} from '../foundation/transactions.ts';
import { invalidField } from '../foundation/validation.ts';
import { isLimitCheck, listChanges, type Attributes } from './list-entries.ts';
import { addUse, IS_LIVE, removeUse, resourceItemSchema, resourceKey } from './resource-items.ts';
import { maxUses, tooManyResources, tooManyUses } from './resource-limits.ts';
import { readItem } from './resource-reads.ts';
import type { Reference, Resource, ResourceKind } from './resource.ts';

/** Deleted resources stay in the table this long, unseen. */
const DELETED_RETENTION_SECONDS = 30 * 24 * 60 * 60;

/** Items stay far below DynamoDB's 400 KB, so that transactions and pages of them stay small. */
const MAX_BODY_BYTES = 100_000;

/** DynamoDB's limit. */
const MAX_TRANSACTION_ITEMS = 100;

type Table = TableAccess & { readonly clock: Clock; readonly limits?: Limits };

/** A resource with what it names. */
export interface Revision {
  readonly appID: string;
  readonly kind: ResourceKind;
  readonly resource: Resource<unknown>;
  readonly references: readonly Reference[];
  /** What lists filter and sort by. */
  readonly attributes: Attributes;
  /** How many of its kind an application may have. */
  readonly limit: number | undefined;
  /** `mark` is written when the state is another than before. */
  readonly followed?: { readonly state: string | undefined; readonly mark: TransactionItem };
}

/**
 * Writes a new resource; false when its id is there already. A reference to what is not there is an `InvalidInputError`
 * naming the field, and one too many a `LimitReachedError`. `overDeleted`: one that was deleted is not there.
 */
export async function writeNew(
  table: Table,
  revision: Revision,
  { overDeleted = false }: { readonly overDeleted?: boolean } = {},
): Promise<boolean> {
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
      ConditionExpression: `attribute_not_exists(pk)${overDeleted ? ' OR attribute_exists(deletedAt)' : ''}`,
    },
  };
  return tryWrite(table, row, { after: revision });
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
  return tryWrite(table, row, { before: current, after: next });
}

/** Marks the resource deleted. False when it changed since `current` was read, or is used. */
export async function writeDeleted(
  table: Table,
  current: Revision,
  { deletedAt, also }: { readonly deletedAt: Date; readonly also?: TransactionItem | undefined },
): Promise<boolean> {
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
  return tryWrite(table, row, { before: current, also });
}

/** What a write changes: something new has nothing before, something deleted nothing after. */
type RevisionChange =
  | { readonly before?: Revision; readonly after: Revision }
  | { readonly before: Revision; readonly after?: never; readonly also?: TransactionItem | undefined };

async function tryWrite(table: Table, row: TransactionItem, change: RevisionChange): Promise<boolean> {
  // Not even a key: an empty one, say, DynamoDB would refuse as a malformed request.
  const impossible = missingFrom(change.before, change.after).find(({ id }) => !isID(id));
  if (impossible !== undefined) throw noSuchReference(impossible);
  try {
    await write(table, row, change);
    return true;
  } catch (error) {
    if (error instanceof TransactionRefusedError && error.failed.includes(0)) return false;
    throw error;
  }
}

/** The row comes first, then the new uses: a condition that fails there is that of what a reference names. */
async function write(table: Table, row: TransactionItem, change: RevisionChange): Promise<void> {
  const { before, after } = change;
  const user = change.after ?? change.before;
  const context = {
    tableName: table.tableName,
    appID: user.appID,
    user: { kind: user.kind, id: user.resource.id },
  };
  const items = [row];
  const namedAt = new Map<number, Reference>();
  for (const reference of missingFrom(before, after)) {
    namedAt.set(items.length, reference);
    items.push(...addUse(context, reference, maxUses(user.kind, reference, table.limits)));
  }
  for (const reference of missingFrom(after, before)) items.push(...removeUse(context, reference));
  items.push(...listChanges(table.tableName, before, after));
  if (user.followed && before?.followed?.state !== after?.followed?.state) items.push(user.followed.mark);
  if ('also' in change && change.also) items.push(change.also);
  if (items.length > MAX_TRANSACTION_ITEMS) throw tooManyReferences(user.kind);
  try {
    await writeTransaction(table.client, items, table.clock);
  } catch (error) {
    if (!(error instanceof TransactionRefusedError) || error.failed.includes(0)) throw error;
    const refused = error.failed
      .map((position) => namedAt.get(position))
      .find((reference) => reference !== undefined);
    if (refused) throw await refusedReference(table, user, refused);
    const isOverLimit = error.failed.some((position) =>
      items.slice(position, position + 1).some(isLimitCheck),
    );
    throw isOverLimit ? tooManyResources(user.kind, user.limit ?? 0) : error;
  }
}

/** Why a reference was not taken: what it names has as many users as it may have, or is not there. */
async function refusedReference(table: Table, user: Revision, reference: Reference): Promise<MillraceError> {
  const limit = maxUses(user.kind, reference, table.limits);
  if (limit === undefined) return noSuchReference(reference);
  const item = await readItem(table, resourceKey(user.appID, reference.kind, reference.id));
  const isLive = item !== undefined && resourceItemSchema.parse(item).deletedAt === undefined;
  return isLive ? tooManyUses(reference, limit) : noSuchReference(reference);
}

/** The references of `revision` that `other` does not have. */
function missingFrom(other: Revision | undefined, revision: Revision | undefined): Reference[] {
  return (revision?.references ?? []).filter(
    (reference) => !other?.references.some(({ kind, id }) => kind === reference.kind && id === reference.id),
  );
}

function tooManyReferences(kind: ResourceKind): InvalidInputError {
  return new InvalidInputError(
    'resource.too_many_references',
    `This ${kind} names too many others at once: name fewer, or change them in several steps.`,
  );
}

/** A reference to what this application does not have. */
function noSuchReference(reference: Reference): InvalidInputError {
  return invalidField(reference.field, `no such ${reference.kind}: ${reference.id}`);
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
