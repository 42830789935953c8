import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import type { RetryPolicy } from './retry-policy.ts';

const rowSchema = z.object({
  id: z.number(),
  origin_arn: z.string(),
  target_arn: z.string(),
  payload: z.string(),
  message_group_id: z.string().nullable(),
  dead_letter_arn: z.string().nullable(),
  max_attempts: z.number(),
  expires_at: z.number(),
  attempts: z.number(),
  last_error: z.string().nullable(),
});
export type StoredDelivery = z.infer<typeof rowSchema>;

export interface NewDelivery {
  readonly originArn: string;
  readonly targetArn: string;
  readonly payload: string;
  readonly messageGroupID?: string | undefined;
  readonly deadLetterArn?: string | undefined;
  readonly retryPolicy: RetryPolicy;
}

export interface DeliveryStore {
  add(delivery: NewDelivery): void;
  listDue(now: number, limit: number): StoredDelivery[];
  /** The first instant after `now` at which something is due. */
  readNextDueAt(now: number): number | undefined;
  postpone(delivery: StoredDelivery, attempts: number, dueAt: number, reason: string): void;
  remove(delivery: StoredDelivery): void;
}

export function createDeliveryStore(database: DatabaseSync): DeliveryStore {
  const insert = database.prepare(
    `INSERT INTO deliveries
       (origin_arn, target_arn, payload, message_group_id, dead_letter_arn, max_attempts, expires_at, due_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const selectDue = database.prepare(
    'SELECT * FROM deliveries WHERE due_at <= ? ORDER BY due_at, id LIMIT ?',
  );
  const selectNext = database.prepare('SELECT min(due_at) AS due_at FROM deliveries WHERE due_at > ?');
  const remove = database.prepare('DELETE FROM deliveries WHERE id = ?');
  const postpone = database.prepare(
    'UPDATE deliveries SET attempts = ?, due_at = ?, last_error = ? WHERE id = ?',
  );
  return {
    add: ({ originArn, targetArn, payload, messageGroupID, deadLetterArn, retryPolicy }) => {
      const now = Date.now();
      const expiresAt = now + retryPolicy.MaximumEventAgeInSeconds * 1000;
      const maxAttempts = retryPolicy.MaximumRetryAttempts + 1;
      const group = messageGroupID ?? null;
      insert.run(originArn, targetArn, payload, group, deadLetterArn ?? null, maxAttempts, expiresAt, now);
    },
    listDue: (now, limit) => z.array(rowSchema).parse(selectDue.all(now, limit)),
    readNextDueAt: (now) =>
      z.object({ due_at: z.number().nullable() }).parse(selectNext.get(now)).due_at ?? undefined,
    postpone: (delivery, attempts, dueAt, reason) => {
      postpone.run(attempts, dueAt, reason, delivery.id);
    },
    remove: (delivery) => {
      remove.run(delivery.id);
    },
  };
}
