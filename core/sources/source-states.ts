import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import type { Clock } from '../foundation/clock.ts';
import { TABLE_KEYS, TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import type { TransactionItem } from '../foundation/transactions.ts';
import { readItems } from '../resources/resource-reads.ts';

/** An item of the table stays under 100 KB. */
const PART_CHARACTERS = 90_000;
const MAX_PARTS = 60;
/** What an opened text may take: a bomb in the table would be our own, and is refused all the same. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;

/** Of which reading a state is: a task's of one record set, into one index, of what it names. */
export interface SourceReading {
  readonly appID: string;
  readonly taskID: string;
  /** Empty where the source is one set. */
  readonly recordSet: string;
  /** Stands for everything that makes a state good for nothing when it changes: what is read, and where to. */
  readonly of: string;
}

/**
 * How far the runs of tasks have read their sources, for sources that go on from run to run. A state counts from the
 * moment that the checkpoint is committed which it is written with.
 */
export interface SourceStates {
  /** Nothing where there is none, or another reading's. Read strongly. */
  find(reading: SourceReading): Promise<string | undefined>;
  /** The write that makes `state` the one to go on with. */
  change(reading: SourceReading, state: string): TransactionItem;
  /** Keeps what is too large for a state, under a key that stands for its content. */
  keep(task: Pick<SourceReading, 'appID' | 'taskID'>, text: string): Promise<string>;
  open(task: Pick<SourceReading, 'appID' | 'taskID'>, key: string): Promise<string | undefined>;
}

const stateSchema = z.object({ of: z.string(), state: z.string() });
const partSchema = z.object({ part: z.string() });

export function createSourceStates(
  options: TableAccess & { readonly clock: Clock; readonly retentionDays: number },
): SourceStates {
  const { client, tableName: TableName, clock, retentionDays } = options;
  // A task that rests for longer than its runs are kept begins anew.
  const expiry = () => ({
    [TTL_ATTRIBUTE]: Math.floor(clock.now().getTime() / 1000) + retentionDays * 86_400,
  });
  return {
    async find(reading) {
      const { Item } = await client.send(
        new GetCommand({ TableName, Key: keyOf(reading), ConsistentRead: true }),
      );
      if (Item === undefined || Number(Item[TTL_ATTRIBUTE]) * 1000 < clock.now().getTime()) return undefined;
      const { of, state } = stateSchema.parse(Item);
      return of === reading.of ? state : undefined;
    },
    change: (reading, state) => ({
      Put: { TableName, Item: { ...keyOf(reading), of: reading.of, state, ...expiry() } },
    }),
    async keep(task, text) {
      const packed = gzipSync(text).toString('base64');
      const count = Math.ceil(packed.length / PART_CHARACTERS);
      if (count > MAX_PARTS) throw new Error(`A state of ${text.length} characters is too large to be kept`);
      const key = `${createHash('sha256').update(text).digest('base64url').slice(0, 22)}.${count}`;
      for (const [index, Key] of partKeys(task, key).entries()) {
        const part = packed.slice(index * PART_CHARACTERS, (index + 1) * PART_CHARACTERS);
        await client.send(new PutCommand({ TableName, Item: { ...Key, part, ...expiry() } }));
      }
      return key;
    },
    async open(task, key) {
      const items = await readItems(options, partKeys(task, key));
      const parts = new Map(
        items.map((item) => [String(item[TABLE_KEYS.sort]), partSchema.parse(item).part]),
      );
      const packed = partKeys(task, key).map((each) => parts.get(each[TABLE_KEYS.sort] ?? ''));
      if (packed.length === 0 || packed.includes(undefined)) return undefined;
      return gunzipSync(Buffer.from(packed.join(''), 'base64'), {
        maxOutputLength: MAX_TEXT_BYTES,
      }).toString();
    },
  };
}

function keyOf({ appID, taskID, recordSet }: SourceReading): Record<string, string> {
  return { [TABLE_KEYS.partition]: `${appID}#source-state`, [TABLE_KEYS.sort]: `${taskID}#${recordSet}` };
}

function partKeys(
  { appID, taskID }: Pick<SourceReading, 'appID' | 'taskID'>,
  key: string,
): Record<string, string>[] {
  const count = Math.min(MAX_PARTS, Number(key.split('.')[1]) || 0);
  return Array.from({ length: count }, (_, index) => ({
    [TABLE_KEYS.partition]: `${appID}#source-state#${taskID}`,
    [TABLE_KEYS.sort]: `${key}#${String(index).padStart(2, '0')}`,
  }));
}
