import * as z from 'zod';

import { InUseError } from '../foundation/errors.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { readItem, readPartition } from './resource-reads.ts';
import { readUser, resourceItemSchema, resourceKey, usesPartition } from './resource-items.ts';
import type { ResourceKind } from './resource.ts';

/** So many users are named in a refusal; there may be more. */
const MAX_NAMED_USERS = 20;

const namedBodySchema = z.object({ name: z.string().optional() });

/** The refusal to delete `used`, naming who uses it. */
export async function inUseError(
  table: TableAccess,
  appID: string,
  used: { kind: ResourceKind; id: string },
): Promise<InUseError> {
  const items = await readPartition(table, usesPartition(appID, used), MAX_NAMED_USERS);
  const users = await Promise.all(items.map((item) => describeUser(table, appID, readUser(item))));
  const [first] = users;
  const example =
    first === undefined ? 'others' : `${first.type} ${first.id}${users.length > 1 ? ' and others' : ''}`;
  return new InUseError(
    `${used.kind}.in_use`,
    `The ${used.kind} ${used.id} cannot be deleted while it is used by ${example}.`,
    { details: users },
  );
}

async function describeUser(
  table: TableAccess,
  appID: string,
  user: { kind: ResourceKind; id: string },
): Promise<{ id: string; type: string; name?: string }> {
  const item = await readItem(table, resourceKey(appID, user.kind, user.id));
  const name = item === undefined ? undefined : readName(item);
  return { id: user.id, type: user.kind, ...(name === undefined ? {} : { name }) };
}

function readName(item: Record<string, unknown>): string | undefined {
  return namedBodySchema.parse(JSON.parse(resourceItemSchema.parse(item).body)).name;
}
