import type { Clock } from '../foundation/clock.ts';
import { TABLE_INDEXES, TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { readItem, readPartition } from '../resources/resource-reads.ts';
import { dueAttributes } from './alert-dues.ts';
import { putOnce, updateIf } from './conditional-write.ts';
import { deliverySchema, type Attempt, type Delivery } from './delivery.ts';

/** Longer than any attempt takes: who claimed a delivery and says nothing for so long has died. */
const CLAIM_SECONDS = 60;

/** An incident has two transitions and, for each, a delivery per channel. */
const MAX_LISTED = 500;

type DeliveryKey = Pick<Delivery, 'appID' | 'aboutID' | 'deliveryID'>;

interface Outcome {
  readonly status: Delivery['status'];
  readonly attempt?: Attempt;
  /** When the next attempt is to be made. */
  readonly dueAt?: Date;
}

/** Deliveries as stored: pk `{appID}#deliveries#{aboutID}`, sk = their id. */
export interface DeliveryStore {
  /** Stores it unless its id is there; answers what is there. */
  create(delivery: Delivery): Promise<Delivery>;
  /** Takes it for one attempt, when it is due and nobody else has it. */
  claim(key: DeliveryKey): Promise<Delivery | undefined>;
  /** Writes down what came of a claim; nothing once the claim has run out and others took it. */
  settle(claimed: Delivery, outcome: Outcome): Promise<void>;
  list(appID: string, aboutID: string): Promise<Delivery[]>;
}

export function createDeliveryStore(
  table: TableAccess & { readonly clock: Clock; readonly retentionDays: number },
): DeliveryStore {
  return {
    async create(delivery) {
      const { dueAt } = delivery;
      const isNew = await putOnce(table, {
        ...keyOf(delivery),
        ...delivery,
        ...(dueAt === undefined ? {} : dueAttributes('deliver', dueAt)),
        [TTL_ATTRIBUTE]: Math.floor(Date.parse(delivery.createdAt) / 1000) + table.retentionDays * 86_400,
      });
      return isNew ? delivery : ((await read(table, delivery)) ?? delivery);
    },
    claim: (key) => claim(table, key),
    settle: (claimed, outcome) => settle(table, claimed, outcome),
    async list(appID, aboutID) {
      const items = await readPartition(table, partitionOf({ appID, aboutID }), MAX_LISTED);
      return items.map((item) => deliverySchema.parse(item));
    },
  };
}

async function read(table: TableAccess, key: DeliveryKey): Promise<Delivery | undefined> {
  const item = await readItem(table, keyOf(key));
  return item === undefined ? undefined : deliverySchema.parse(item);
}

async function claim(
  table: TableAccess & { readonly clock: Clock },
  key: DeliveryKey,
): Promise<Delivery | undefined> {
  const now = table.clock.now();
  const delivery = await read(table, key);
  if (delivery?.status !== 'pending' || delivery.dueAt === undefined) return undefined;
  if (Date.parse(delivery.dueAt) > now.getTime()) return undefined;
  const dueAt = new Date(now.getTime() + CLAIM_SECONDS * 1000).toISOString();
  const isClaimed = await updateIf(table, {
    Key: keyOf(key),
    UpdateExpression: 'SET #dueAt = :next',
    ConditionExpression: '#dueAt = :read AND #status = :pending',
    ExpressionAttributeNames: { '#dueAt': TABLE_INDEXES.due.sort, '#status': 'status' },
    ExpressionAttributeValues: { ':next': dueAt, ':read': delivery.dueAt, ':pending': 'pending' },
  });
  return isClaimed ? { ...delivery, dueAt } : undefined;
}

async function settle(
  table: TableAccess,
  claimed: Delivery,
  { attempt, status, dueAt }: Outcome,
): Promise<void> {
  const { partition, sort } = TABLE_INDEXES.due;
  await updateIf(table, {
    Key: keyOf(claimed),
    UpdateExpression: `SET #status = :status, attempts = list_append(attempts, :attempts)${
      dueAt === undefined ? ' REMOVE #dueKey, #dueAt' : ', #dueAt = :dueAt'
    }`,
    ConditionExpression: '#dueAt = :claim',
    ExpressionAttributeNames: {
      '#status': 'status',
      '#dueAt': sort,
      ...(dueAt === undefined ? { '#dueKey': partition } : {}),
    },
    ExpressionAttributeValues: {
      ':status': status,
      ':attempts': attempt === undefined ? [] : [attempt],
      ':claim': claimed.dueAt,
      ...(dueAt === undefined ? {} : { ':dueAt': dueAt.toISOString() }),
    },
  });
}

function keyOf({ deliveryID, ...about }: DeliveryKey): { pk: string; sk: string } {
  return { pk: partitionOf(about), sk: deliveryID };
}

function partitionOf({ appID, aboutID }: Omit<DeliveryKey, 'deliveryID'>): string {
  return `${appID}#deliveries#${aboutID}`;
}
