import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';

import type { Clock } from './clock.ts';
import { UnavailableError } from './errors.ts';

export type TransactionItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** Two transactions that touch one item cancel each other; the SDK does not send again, so this is done here. */
const MAX_ATTEMPTS = 12;
const BASE_DELAY_MILLISECONDS = 20;
const MAX_DELAY_MILLISECONDS = 1_000;

/** Some conditions of a transaction were not met, nothing was written. Stores translate it where it happens. */
export class TransactionRefusedError extends Error {
  /** Positions, in the items sent, of those whose condition failed. */
  readonly failed: readonly number[];

  constructor(failed: readonly number[], cause: unknown) {
    super(`The conditions of transaction items ${failed.join(', ')} were not met`, { cause });
    this.name = 'TransactionRefusedError';
    this.failed = failed;
  }
}

/** Writes all items or none. Conflicts with other writers are retried; a failed condition is a `TransactionRefusedError`. */
export async function writeTransaction(
  client: DynamoDBDocumentClient,
  items: readonly TransactionItem[],
  clock: Clock,
): Promise<void> {
  const [first] = items;
  if (first !== undefined && items.length === 1) return writeSingle(client, first);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.send(new TransactWriteCommand({ TransactItems: [...items] }));
      return;
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      const codes = (error.CancellationReasons ?? []).map((reason) => reason.Code ?? 'None');
      const failed = codes.flatMap((code, index) => (code === 'ConditionalCheckFailed' ? [index] : []));
      if (failed.length > 0) throw new TransactionRefusedError(failed, error);
      if (!codes.some((code) => PASSING_REASONS.has(code))) throw error;
      if (attempt === MAX_ATTEMPTS) {
        throw new UnavailableError('table.busy', 'Too many changes at once: try again in a moment.', {
          cause: error,
        });
      }
      await clock.sleep(backoffMilliseconds(attempt));
    }
  }
}

/** A transaction of one costs twice what the plain write does. */
async function writeSingle(client: DynamoDBDocumentClient, item: TransactionItem): Promise<void> {
  try {
    if (item.Put) await client.send(new PutCommand(item.Put));
    else if (item.Update) await client.send(new UpdateCommand(item.Update));
    else if (item.Delete) await client.send(new DeleteCommand(item.Delete));
    else await client.send(new TransactWriteCommand({ TransactItems: [item] }));
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) throw new TransactionRefusedError([0], error);
    throw error;
  }
}

/** How long to wait before attempt `attempt + 1`: full jitter, so that writers that collided part ways. */
export function backoffMilliseconds(attempt: number): number {
  return Math.random() * Math.min(MAX_DELAY_MILLISECONDS, BASE_DELAY_MILLISECONDS * 2 ** attempt);
}

const PASSING_REASONS: ReadonlySet<string> = new Set([
  'TransactionConflict',
  'ThrottlingError',
  'ProvisionedThroughputExceeded',
]);
