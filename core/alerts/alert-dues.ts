import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';

import { TABLE_INDEXES } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import type { AlertHint } from './alert-message.ts';

/** Beside that of the runs: every delivery, check and deletion that is to come is in this one partition of the index `due`. */
const ALERT_DUE_PARTITION = 'due-alerts';

/** What places an item of `dueKind` in the index, or takes it out. */
export function dueAttributes(dueKind: 'deliver' | 'check' | 'gone', dueAt: string): Record<string, string> {
  return {
    [TABLE_INDEXES.due.partition]: ALERT_DUE_PARTITION,
    [TABLE_INDEXES.due.sort]: dueAt,
    dueKind,
  };
}

const dueItemSchema = z.discriminatedUnion('dueKind', [
  z.object({
    dueKind: z.literal('deliver'),
    dueAt: z.string(),
    appID: z.string(),
    aboutID: z.string(),
    deliveryID: z.string(),
  }),
  z.object({ dueKind: z.literal('check'), dueAt: z.string(), appID: z.string(), alertID: z.string() }),
  z.object({ dueKind: z.literal('gone'), dueAt: z.string(), appID: z.string(), subjectID: z.string() }),
]);

/** What is due by then, earliest first, as the hint to send. Read from an index, so it may be out of date. */
export type ListAlertDues = (until: Date, limit: number) => Promise<{ hint: AlertHint; dueAt: string }[]>;

export function createListAlertDues({ client, tableName }: TableAccess): ListAlertDues {
  const { name, partition, sort } = TABLE_INDEXES.due;
  return async (until, limit) => {
    const { Items = [] } = await client.send(
      new QueryCommand({
        TableName: tableName,
        IndexName: name,
        KeyConditionExpression: '#partition = :due AND #sort <= :until',
        ExpressionAttributeNames: { '#partition': partition, '#sort': sort },
        ExpressionAttributeValues: { ':due': ALERT_DUE_PARTITION, ':until': until.toISOString() },
        Limit: limit,
      }),
    );
    return Items.map((item) => {
      const due = dueItemSchema.parse(item);
      return { dueAt: due.dueAt, hint: toHint(due) };
    });
  };
}

function toHint(due: z.output<typeof dueItemSchema>): AlertHint {
  const { appID } = due;
  switch (due.dueKind) {
    case 'deliver':
      return { version: 1, kind: 'deliver', appID, aboutID: due.aboutID, deliveryID: due.deliveryID };
    case 'check':
      return { version: 1, kind: 'check', appID, alertID: due.alertID };
    case 'gone':
      return { version: 1, kind: 'gone', appID, subjectID: due.subjectID };
  }
}
