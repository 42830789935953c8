import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import type { TransactionItem } from '../foundation/transactions.ts';
import { EngineFaultError } from './engine-fault-error.ts';
import type { Run } from './run.ts';

/** What single entities of a shop are; products unless said. */
export const ENTITY_TYPES = ['product', 'collection'] as const;
export type EntityType = (typeof ENTITY_TYPES)[number];

type RunReference = Pick<Run, 'appID' | 'runID'>;

/** What a run took from those who asked for it. */
interface RunEntities {
  /** What a run of type `update` fetches. */
  readonly entityIDs: readonly string[];
  /** What these are the ids of. */
  readonly entityType?: EntityType | undefined;
  /** The hints that it stands for. */
  readonly hints: readonly string[];
}

const entitiesSchema = z.object({
  entityIDs: z.array(z.string()),
  entityType: z.enum(ENTITY_TYPES).optional(),
  hints: z.array(z.string()),
});

/** To be written in the transaction that claims the run: pk `{appID}#run#{runID}`, sk `entities`. */
export function putRunEntities(
  tableName: string,
  run: RunReference,
  entities: RunEntities & { readonly expiresAt: number },
): TransactionItem {
  const { expiresAt, ...kept } = entities;
  return { Put: { TableName: tableName, Item: { ...keyOf(run), ...kept, [TTL_ATTRIBUTE]: expiresAt } } };
}

/** Apart from the run, which is rewritten and listed often. A run for another record set has those of the run it comes of. */
export async function readRunEntities(
  { client, tableName }: TableAccess,
  { appID, runID, dividedFrom = runID }: RunReference & Pick<Run, 'dividedFrom'>,
): Promise<RunEntities> {
  const { Item } = await client.send(
    new GetCommand({ TableName: tableName, Key: keyOf({ appID, runID: dividedFrom }), ConsistentRead: true }),
  );
  if (Item !== undefined) return entitiesSchema.parse(Item);
  throw new EngineFaultError('run.no_entities', 'It is not known any more which records the run is about.');
}

function keyOf({ appID, runID }: RunReference): { pk: string; sk: string } {
  return { pk: `${appID}#run#${runID}`, sk: 'entities' };
}
