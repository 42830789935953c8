import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { TABLE_INDEXES } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { linkMessageSchema, type LinkMessage } from './link-message.ts';

/** The partition of the index `due` in which links and the starts asked of them lie, apart from the runs. */
export const LINKS_DUE = 'due#links';

const dueItemSchema = linkMessageSchema.omit({ version: true });

/** What links have due by then, earliest first, as the messages that ask for it. */
export async function listLinksDue(
  { client, tableName }: TableAccess,
  until: Date,
  limit: number,
): Promise<LinkMessage[]> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: tableName,
      IndexName: TABLE_INDEXES.due.name,
      KeyConditionExpression: '#dueKey = :due AND #dueAt <= :until',
      ExpressionAttributeNames: {
        '#dueKey': TABLE_INDEXES.due.partition,
        '#dueAt': TABLE_INDEXES.due.sort,
      },
      ExpressionAttributeValues: { ':due': LINKS_DUE, ':until': until.toISOString() },
      Limit: limit,
    }),
  );
  return Items.map((item) => ({ version: 1, ...dueItemSchema.parse(item) }));
}
