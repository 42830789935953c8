import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';

import { UnavailableError } from '../foundation/errors.ts';
import { deriveID } from '../foundation/ids.ts';
import { TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { readItem, readPartition } from '../resources/resource-reads.ts';
import { ifCondition } from './conditional-write.ts';

const MAX_ATTEMPTS = 8;

/** So long after a recovery a message about what went before it may still come. */
const RECOVERED_RETENTION_SECONDS = 30 * 86_400;

/** What is looked at each minute is told again for so long, in case whoever told it first has died; then it is known. */
const TOLD_AGAIN_MILLISECONDS = 5 * 60_000;

/** What can be well or not: of a task (or an alert), one cause. */
interface CauseKey {
  readonly appID: string;
  /** The ID of the task, or of what else it is about. */
  readonly subject: string;
  /** The cause, with what sets apart two of it on one subject. */
  readonly name: string;
}

/** That something was seen at an instant; told twice, the key is the same. */
interface Sighting {
  readonly key: string;
  readonly at: string;
}

const causeStateSchema = z.object({
  sk: z.string(),
  incidentID: z.string(),
  isOpen: z.boolean(),
  openedBy: z.string(),
  openedAt: z.string(),
  lastKey: z.string(),
  lastOccurredAt: z.string(),
  occurrences: z.int(),
  recoveredBy: z.string().optional(),
  recoveredAt: z.string().optional(),
  revision: z.int(),
});
export type CauseState = Omit<z.output<typeof causeStateSchema>, 'sk'> & { readonly name: string };

/** What a sighting meant; the same one again means the same, or nothing any more. */
type Meaning = 'opened' | 'repeated' | 'recovered' | 'nothing';

/** What is well and what is not. Whether an incident begins or ends is decided by a conditional write here. */
export interface CauseStates {
  list(appID: string, subject: string): Promise<CauseState[]>;
  find(cause: CauseKey): Promise<CauseState | undefined>;
  /** It is not well. What was seen before the last recovery means nothing. */
  occur(cause: CauseKey, sighting: Sighting): Promise<{ meaning: Meaning; state: CauseState }>;
  /** It is well. What was seen before it last occurred means nothing; nor does it where all was well. */
  recover(cause: CauseKey, sighting: Sighting): Promise<{ meaning: Meaning; state: CauseState | undefined }>;
}

export function createCauseStates(table: TableAccess): CauseStates {
  const find = async (cause: CauseKey) => {
    const item = await readItem(table, keyOf(cause));
    return item === undefined ? undefined : readState(item);
  };
  const step = async <Step extends { readonly next?: CauseState }>(
    cause: CauseKey,
    decide: (current: CauseState | undefined) => Step,
  ): Promise<Step> => {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const current = await find(cause);
      const decided = decide(current);
      if (decided.next === undefined || (await write(table, cause, decided.next))) return decided;
    }
    throw new UnavailableError('incident.busy', 'Too many sightings of one cause at once.');
  };
  return {
    find,
    list: async (appID, subject) =>
      (await readPartition(table, partitionOf({ appID, subject }))).map(readState),
    occur: (cause, sighting) => step(cause, (current) => afterOccurrence(cause, current, sighting)),
    recover: (cause, sighting) => step(cause, (current) => afterRecovery(current, sighting)),
  };
}

interface Occurrence {
  readonly meaning: Meaning;
  readonly state: CauseState;
  readonly next?: CauseState;
}

function afterOccurrence(
  cause: CauseKey,
  current: CauseState | undefined,
  { key, at }: Sighting,
): Occurrence {
  if (current === undefined || (!current.isOpen && at > (current.recoveredAt ?? ''))) {
    const state: CauseState = {
      name: cause.name,
      incidentID: deriveID('incident', cause.appID, cause.subject, cause.name, key),
      isOpen: true,
      openedBy: key,
      openedAt: at,
      lastKey: key,
      lastOccurredAt: at,
      occurrences: 1,
      revision: (current?.revision ?? 0) + 1,
    };
    return { meaning: 'opened', state, next: state };
  }
  if (current.openedBy === key) {
    const isRecent = Date.parse(at) - Date.parse(current.openedAt) <= TOLD_AGAIN_MILLISECONDS;
    return { meaning: isRecent ? 'opened' : 'nothing', state: current };
  }
  if (current.lastKey === key) return { meaning: 'repeated', state: current };
  if (!current.isOpen || at <= current.lastOccurredAt) return { meaning: 'nothing', state: current };
  const state = {
    ...current,
    lastKey: key,
    lastOccurredAt: at,
    occurrences: current.occurrences + 1,
    revision: current.revision + 1,
  };
  return { meaning: 'repeated', state, next: state };
}

function afterRecovery(
  current: CauseState | undefined,
  { key, at }: Sighting,
): { readonly meaning: Meaning; readonly state: CauseState | undefined; readonly next?: CauseState } {
  if (current === undefined) return { meaning: 'nothing', state: current };
  if (!current.isOpen) {
    return { meaning: current.recoveredBy === key ? 'recovered' : 'nothing', state: current };
  }
  if (at < current.lastOccurredAt) return { meaning: 'nothing', state: current };
  const state = {
    ...current,
    isOpen: false,
    recoveredBy: key,
    recoveredAt: at,
    revision: current.revision + 1,
  };
  return { meaning: 'recovered', state, next: state };
}

/** False when somebody else has written since. */
async function write(
  { client, tableName }: TableAccess,
  cause: CauseKey,
  next: CauseState,
): Promise<boolean> {
  const { name: _, ...attributes } = next;
  const expiresAt = Math.floor(Date.parse(next.recoveredAt ?? '') / 1000) + RECOVERED_RETENTION_SECONDS;
  return ifCondition(() =>
    client.send(
      new PutCommand({
        TableName: tableName,
        Item: {
          ...keyOf(cause),
          ...attributes,
          ...(next.isOpen ? {} : { [TTL_ATTRIBUTE]: expiresAt }),
        },
        ConditionExpression: 'attribute_not_exists(pk) OR revision = :read',
        ExpressionAttributeValues: { ':read': next.revision - 1 },
      }),
    ),
  );
}

function readState(item: unknown): CauseState {
  const { sk, ...state } = causeStateSchema.parse(item);
  return { ...state, name: sk };
}

function keyOf(cause: CauseKey): { pk: string; sk: string } {
  return { pk: partitionOf(cause), sk: cause.name };
}

function partitionOf({ appID, subject }: Omit<CauseKey, 'name'>): string {
  return `${appID}#causes#${subject}`;
}
