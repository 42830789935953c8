import { keepRecord } from '../../../core/records/kept-content.ts';
import { positionOf, type RecordBatch } from '../../../core/records/record-batch.ts';
import type { RejectedRecord } from '../../../core/records/rejected-record.ts';
import { DestinationError } from '../../../core/runs/destination-error.ts';
import type { WriteReceipt } from '../../../core/runs/ports.ts';
import { objectIDOf, recordText } from '../../../core/records/record-text.ts';
import { rejectedByDestination } from '../search/rejection.ts';
import type { Refusal } from '../search/search-failures.ts';
import type { SearchTransport } from '../search/search-transport.ts';
import { checkEvent } from './insights-event.ts';
import { divideEvents, sendEvents, type SendableEvent } from './send-events.ts';

/** So many events refused one by one, all with the same words and none accepted: it is not the events. */
const REFUSED_ALIKE_LIMIT = 16;

export interface EventTarget {
  readonly transport: SearchTransport;
  /** What an event without an index is about. */
  readonly indexName: string;
  readonly now: () => Date;
}

/**
 * Sends the events of a batch that are valid. Calls that are refused are halved until the event at fault is found. Written
 * again, a batch's events are counted again.
 */
export async function writeEvents(
  target: EventTarget,
  batch: RecordBatch,
  signal: AbortSignal,
): Promise<WriteReceipt> {
  if (batch.isDeletion === true) {
    throw new DestinationError('destination.cannot_delete', 'Events cannot be removed from Insights.');
  }
  const { events, rejected } = checkEvents(target, batch);
  const alike = createAlikeGuard();
  let accepted = 0;
  // The last is taken first.
  const waiting = divideEvents(events).toReversed();
  for (let call = waiting.pop(); call !== undefined; call = waiting.pop()) {
    const refusal = await sendEvents(target.transport, call, signal);
    const [first] = call;
    if (refusal === undefined) {
      accepted += call.length;
    } else if (call.length === 1 && first !== undefined) {
      rejected.push(rejectedByDestination(batch, first.index, refusal));
      if (accepted === 0) alike.note(refusal);
    } else {
      const middle = call.length >> 1;
      waiting.push(call.slice(middle), call.slice(0, middle));
    }
  }
  rejected.sort((left, right) => (left.position ?? 0) - (right.position ?? 0));
  return { accepted, rejected, publications: [] };
}

function checkEvents({ indexName, now }: EventTarget, batch: RecordBatch) {
  const events: SendableEvent[] = [];
  const rejected: RejectedRecord[] = [];
  for (let index = 0; index < batch.count; index += 1) {
    const text = recordText(batch, index);
    const checked = checkEvent(text, { indexName, now: now() });
    if ('json' in checked) {
      events.push({ index, json: checked.json });
    } else {
      const { field, message } = checked;
      rejected.push({
        position: positionOf(batch, index),
        objectID: objectIDOf(batch, index),
        stage: 'destination',
        code: 'event.invalid',
        field,
        message: `Insights would refuse the event: ${field} ${message}.`.slice(0, 500),
        content: keepRecord(text),
      });
    }
  }
  return { events, rejected };
}

function createAlikeGuard() {
  let lastSaid: string | undefined;
  let count = 0;
  return {
    note: ({ said }: Refusal) => {
      count = said === lastSaid ? count + 1 : 1;
      lastSaid = said;
      if (count < REFUSED_ALIKE_LIMIT) return;
      throw new DestinationError(
        'destination.refuses_all',
        `Insights refuses every event with the same words: "${said}"`,
      );
    },
  };
}
