import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';

import type { Clock } from '../foundation/clock.ts';
import { TABLE_INDEXES } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { readItem } from '../resources/resource-reads.ts';
import { dueAttributes } from './alert-dues.ts';
import { ifCondition, putOnce, updateIf } from './conditional-write.ts';

const INTERVAL_MILLISECONDS = 60_000;

const checkSchema = z.object({
  appID: z.string(),
  alertID: z.string(),
  dueAt: z.string(),
  page: z.int(),
  /** A round looks at everything once: at what should have happened after `roundSince` and until `roundUntil`. */
  roundSince: z.string(),
  roundUntil: z.string(),
  /** When the alert was last said to need checks. */
  wantedAt: z.string(),
});
export type AlertCheck = z.output<typeof checkSchema>;

/** Which alerts must be looked after by the clock: pk `{appID}#alert-checks`, sk = alertID. */
export interface CheckStore {
  /** From now on the alert is looked after; said before it is stored, so that none is forgotten. */
  want(appID: string, alertID: string): Promise<void>;
  /** Takes the check that is due, and puts it off until the next; nothing when it is not due or others have it. */
  claim(appID: string, alertID: string): Promise<AlertCheck | undefined>;
  /** What the next check looks at. */
  proceed(claimed: AlertCheck, next: Pick<AlertCheck, 'page' | 'roundSince' | 'roundUntil'>): Promise<void>;
  remove(claimed: AlertCheck): Promise<void>;
}

type Table = TableAccess & { readonly clock: Clock };

const NAMES = { '#dueAt': TABLE_INDEXES.due.sort };

export function createCheckStore(table: Table): CheckStore {
  return {
    want: (appID, alertID) => want(table, appID, alertID),
    claim: (appID, alertID) => claim(table, appID, alertID),
    async proceed({ appID, alertID, dueAt }, { page, roundSince, roundUntil }) {
      await updateIf(table, {
        Key: keyOf(appID, alertID),
        UpdateExpression: 'SET page = :page, roundSince = :since, roundUntil = :until',
        ConditionExpression: '#dueAt = :claim',
        ExpressionAttributeNames: NAMES,
        ExpressionAttributeValues: {
          ':page': page,
          ':since': roundSince,
          ':until': roundUntil,
          ':claim': dueAt,
        },
      });
    },
    async remove({ appID, alertID, wantedAt }) {
      await ifCondition(() =>
        table.client.send(
          new DeleteCommand({
            TableName: table.tableName,
            Key: keyOf(appID, alertID),
            ConditionExpression: 'wantedAt = :read',
            ExpressionAttributeValues: { ':read': wantedAt },
          }),
        ),
      );
    },
  };
}

async function want(table: Table, appID: string, alertID: string): Promise<void> {
  const now = table.clock.now().toISOString();
  const dueAt = new Date(table.clock.now().getTime() + INTERVAL_MILLISECONDS).toISOString();
  const isNew = await putOnce(table, {
    ...keyOf(appID, alertID),
    ...dueAttributes('check', dueAt),
    appID,
    alertID,
    page: 1,
    roundSince: now,
    roundUntil: dueAt,
    wantedAt: now,
  });
  if (isNew) return;
  await updateIf(table, {
    Key: keyOf(appID, alertID),
    UpdateExpression: 'SET wantedAt = :now',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':now': now },
  });
}

async function claim(table: Table, appID: string, alertID: string): Promise<AlertCheck | undefined> {
  const item = await readItem(table, keyOf(appID, alertID));
  if (item === undefined) return undefined;
  const check = checkSchema.parse(item);
  const now = table.clock.now();
  if (Date.parse(check.dueAt) > now.getTime()) return undefined;
  const dueAt = new Date(now.getTime() + INTERVAL_MILLISECONDS).toISOString();
  const isClaimed = await updateIf(table, {
    Key: keyOf(appID, alertID),
    UpdateExpression: 'SET #dueAt = :next',
    ConditionExpression: '#dueAt = :read',
    ExpressionAttributeNames: NAMES,
    ExpressionAttributeValues: { ':next': dueAt, ':read': check.dueAt },
  });
  return isClaimed ? { ...check, dueAt } : undefined;
}

function keyOf(appID: string, alertID: string): { pk: string; sk: string } {
  return { pk: `${appID}#alert-checks`, sk: alertID };
}
