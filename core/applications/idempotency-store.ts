import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';

import type { Clock } from '../foundation/clock.ts';
import { newID } from '../foundation/ids.ts';
import { TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';

/** Answers are kept so long. */
const RETENTION_SECONDS = 24 * 60 * 60;

/** Longer than any request may take: after this its process is dead, and a repeat may go on in its place. */
const LOCK_MILLISECONDS = 35_000;

const claimSchema = z.object({
  fingerprint: z.string(),
  claimedAt: z.string(),
  claimID: z.string(),
  lockedUntil: z.number(),
  answer: z.string().optional(),
  isDone: z.boolean().optional(),
  [TTL_ATTRIBUTE]: z.number(),
});

/** What is stored of the first request under a key. */
export type StoredClaim = z.output<typeof claimSchema>;

/** The hold of one request on its key. */
export interface Claim {
  readonly partition: string;
  readonly claimID: string;
  /** When the first request came; it and the key tell apart what was made under the key before it expired. */
  readonly claimedAt: string;
  /** Another request held the key and died. */
  readonly isTakenOver: boolean;
}

/** First requests under Idempotency-Keys, by partition `{appID}#idempotency#…`. Every step is a conditional write. */
export interface IdempotencyStore {
  /** A fresh claim, or what is stored when the key was used within 24 hours. */
  claim(partition: string, fingerprint: string): Promise<Claim | StoredClaim>;
  /** Goes on in the place of a request that died; nothing when another one does already. */
  takeOver(partition: string, stored: StoredClaim): Promise<Claim | undefined>;
  /** The request was answered; an answer that is too long to be kept is given as undefined. */
  complete(claim: Claim, answer: string | undefined): Promise<void>;
  /** Nothing came of the request: the key is free for another one. */
  forget(claim: Claim): Promise<void>;
  /** What came of the request is not known: a repeat of it may go on at once. */
  unlock(claim: Claim): Promise<void>;
}

export function createIdempotencyStore(table: Table): IdempotencyStore {
  return {
    claim: (partition, fingerprint) => claim(table, partition, fingerprint),
    takeOver: (partition, stored) => takeOver(table, partition, stored),
    async complete(claim, answer) {
      if (answer === undefined) await change(table, claim, 'SET isDone = :done', { ':done': true });
      else {
        const values = { ':done': true, ':answer': answer };
        await change(table, claim, 'SET isDone = :done, answer = :answer', values);
      }
    },
    forget: (claim) => forget(table, claim),
    unlock: (claim) => change(table, claim, 'SET lockedUntil = :none', { ':none': 0 }),
  };
}

type Table = TableAccess & { readonly clock: Clock };

async function claim(table: Table, partition: string, fingerprint: string): Promise<Claim | StoredClaim> {
  const { client, tableName: TableName, clock } = table;
  const now = clock.now();
  const seconds = Math.floor(now.getTime() / 1000);
  const claimedAt = now.toISOString();
  const claimID = newID();
  const first = { fingerprint, claimedAt, claimID, lockedUntil: lockFrom(now) };
  const put = new PutCommand({
    TableName,
    Item: { ...keyOf(partition), ...first, [TTL_ATTRIBUTE]: seconds + RETENTION_SECONDS },
    ConditionExpression: `attribute_not_exists(pk) OR ${TTL_ATTRIBUTE} <= :now`,
    ExpressionAttributeValues: { ':now': seconds },
  });
  if (await isWritten(client.send(put))) return { partition, claimID, claimedAt, isTakenOver: false };
  const stored = await client.send(
    new GetCommand({ TableName, Key: keyOf(partition), ConsistentRead: true }),
  );
  // Forgotten between the two calls: then it may be claimed again.
  return stored.Item === undefined ? claim(table, partition, fingerprint) : claimSchema.parse(stored.Item);
}

async function takeOver(
  { client, tableName: TableName, clock }: Table,
  partition: string,
  { claimID: dead, claimedAt }: StoredClaim,
): Promise<Claim | undefined> {
  const claimID = newID();
  const request = new UpdateCommand({
    TableName,
    Key: keyOf(partition),
    UpdateExpression: 'SET claimID = :mine, lockedUntil = :until',
    ConditionExpression: 'claimID = :dead AND attribute_not_exists(isDone)',
    ExpressionAttributeValues: { ':mine': claimID, ':until': lockFrom(clock.now()), ':dead': dead },
  });
  const isMine = await isWritten(client.send(request));
  return isMine ? { partition, claimID, claimedAt, isTakenOver: true } : undefined;
}

async function change(
  { client, tableName: TableName }: Table,
  { partition, claimID }: Claim,
  UpdateExpression: string,
  values: Record<string, unknown>,
): Promise<void> {
  const request = new UpdateCommand({
    TableName,
    Key: keyOf(partition),
    UpdateExpression,
    ConditionExpression: 'claimID = :mine',
    ExpressionAttributeValues: { ...values, ':mine': claimID },
  });
  await isWritten(client.send(request));
}

async function forget({ client, tableName: TableName }: Table, { partition, claimID }: Claim): Promise<void> {
  const request = new DeleteCommand({
    TableName,
    Key: keyOf(partition),
    ConditionExpression: 'claimID = :mine',
    ExpressionAttributeValues: { ':mine': claimID },
  });
  await isWritten(client.send(request));
}

function keyOf(partition: string): { pk: string; sk: string } {
  return { pk: partition, sk: 'first' };
}

function lockFrom(now: Date): number {
  return now.getTime() + LOCK_MILLISECONDS;
}

/** False when the condition was not met: another request holds the key now. */
async function isWritten(writing: Promise<unknown>): Promise<boolean> {
  try {
    await writing;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
