import type { Clock } from '../foundation/clock.ts';
import { deriveID } from '../foundation/ids.ts';
import type { AcceptPush } from '../push/accept-push.ts';
import type { Delivery } from './delivery.ts';
import { placeOf, type StoredDelivery } from './delivery-items.ts';
import type { DeliveryLedger } from './delivery-ledger.ts';
import type { GatherHints } from './gather-hints.ts';
import type { RunHint } from './hint.ts';
import type { HintLine } from './hint-line.ts';
import type { Hook } from './hook.ts';
import { readRecords } from './read-records.ts';

const MAX_NAMED_OBJECTS = 10;
const MAX_SENDER_ID_LENGTH = 200;

/**
 * Takes in an authentic delivery: when it resolves, what it asks for will be done whatever stops, once however often it
 * comes. Records that cannot be read are an `InvalidInputError`.
 */
export type AcceptDelivery = (hook: Hook, delivery: Delivery) => Promise<void>;

interface AcceptDeliveryDependencies {
  readonly ledger: Pick<DeliveryLedger, 'find' | 'add' | 'noteDuplicate'>;
  readonly line: Pick<HintLine, 'join' | 'isWaiting'>;
  readonly gatherHints: GatherHints;
  readonly acceptPush: AcceptPush;
  /** How long hints gather before a run takes them. */
  readonly windowSeconds: number;
  readonly clock: Clock;
}

export function createAcceptDelivery(dependencies: AcceptDeliveryDependencies): AcceptDelivery {
  const { ledger, clock } = dependencies;
  return async (hook, delivery) => {
    const payload = parseJson(delivery.body);
    const senderID = hook.scheme.readDeliveryID(delivery, payload);
    const stored: StoredDelivery = {
      deliveryID: deriveID(senderID),
      senderID: shown(senderID),
      receivedAt: clock.now().toISOString(),
      status: 'waiting',
      objectIDs: [],
      objectCount: 0,
      duplicates: 0,
    };
    if (hook.pushAction !== undefined) return pushRecords(dependencies, hook, stored, payload);
    const hint = hook.scheme.readHint(delivery, payload);
    if (hint.kind === 'ignored') {
      const ignored = { ...stored, status: 'ignored' as const, reason: hint.reason };
      if (!(await ledger.add(hook, ignored))) await ledger.noteDuplicate(hook, stored.deliveryID);
      return;
    }
    await joinLine(dependencies, hook, { ...stored, ...named(hint) }, hint);
  };
}

async function joinLine(
  { ledger, line, gatherHints, windowSeconds }: AcceptDeliveryDependencies,
  hook: Hook,
  delivery: StoredDelivery,
  hint: RunHint,
): Promise<void> {
  if (!(await line.join(hook, delivery, hint))) {
    const first = await ledger.noteDuplicate(hook, delivery.deliveryID);
    // The first may have been cut off before it saw to a run; otherwise its hint is taken, or about to be.
    if (first === undefined || !(await line.isWaiting(hook, placeOf(first)))) return;
  }
  await gatherHints(hook, windowSeconds);
}

/** The push comes first: repeated, it is the same run, and so the ledger never tells of one that is not there. */
async function pushRecords(
  { ledger, acceptPush }: AcceptDeliveryDependencies,
  { appID, taskID, pushAction = 'addObject' }: Hook,
  delivery: StoredDelivery,
  payload: unknown,
): Promise<void> {
  const owner = { appID, taskID };
  const { deliveryID } = delivery;
  if ((await ledger.find(owner, deliveryID)) !== undefined) {
    await ledger.noteDuplicate(owner, deliveryID);
    return;
  }
  const { records, action = pushAction } = readRecords(payload);
  const { runID } = await acceptPush({ appID, taskID, action, records, triggerKey: deliveryID });
  const entityIDs = records.map(({ objectID }) => objectID);
  const taken = { ...delivery, ...named({ kind: 'entities', entityIDs }), status: 'taken' as const, runID };
  if (!(await ledger.add(owner, taken))) await ledger.noteDuplicate(owner, deliveryID);
}

function named(hint: RunHint): Pick<StoredDelivery, 'objectIDs' | 'objectCount'> {
  const ids = hint.kind === 'entities' ? hint.entityIDs : [];
  return { objectIDs: ids.slice(0, MAX_NAMED_OBJECTS), objectCount: ids.length };
}

function shown(senderID: string): string {
  return senderID
    .slice(0, MAX_SENDER_ID_LENGTH)
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, ' ');
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
