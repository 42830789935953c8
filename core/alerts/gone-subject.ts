import { DeleteCommand } from '@aws-sdk/lib-dynamodb';

import type { TableAccess } from '../foundation/table-client.ts';
import type { TransactionItem } from '../foundation/transactions.ts';
import { dueAttributes } from './alert-dues.ts';

/** A task or an alert that was deleted: whatever was wrong with it is over. */
export interface GoneSubject {
  readonly appID: string;
  readonly subjectID: string;
}

/** The write that goes with the deletion, in one transaction: it is due until the incidents are closed. */
export function goneSubjectMark(tableName: string, subject: GoneSubject, now: Date): TransactionItem {
  const Item = { ...keyOf(subject), ...subject, ...dueAttributes('gone', now.toISOString()) };
  return { Put: { TableName: tableName, Item } };
}

/** The incidents are closed. */
export async function forgetGoneSubject(
  { client, tableName }: TableAccess,
  subject: GoneSubject,
): Promise<void> {
  await client.send(new DeleteCommand({ TableName: tableName, Key: keyOf(subject) }));
}

function keyOf({ appID, subjectID }: GoneSubject): { pk: string; sk: string } {
  return { pk: `${appID}#gone-subjects`, sk: subjectID };
}
