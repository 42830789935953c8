import * as z from 'zod';
import { AwsError } from '../protocol/aws-error.ts';
import { operation, type Operation } from '../protocol/operation.ts';
import { entrySchema, readEntry, sizeOfEntry, type BusEvent, type Entry } from './bus-event.ts';
import type { EventRouter } from './event-router.ts';
import type { RuleStore, StoredBus } from './rule-store.ts';

/** All entries of one request together. */
const MAX_REQUEST_BYTES = 256 * 1024;

const putEventsSchema = z.strictObject({ Entries: z.array(entrySchema).min(1).max(10) });

/**
 * PutEvents: an entry that cannot be taken gets its own error, the others are on disk when this answers. A bus that does
 * not exist is such an error here; AWS would drop the event without a word.
 */
export function createPutEventsOperation(store: RuleStore, router: EventRouter): Operation {
  return operation(putEventsSchema, ({ Entries }, { region }) => {
    if (Entries.reduce((sum, entry) => sum + sizeOfEntry(entry), 0) > MAX_REQUEST_BYTES) {
      throw new AwsError(
        'ValidationException',
        'Total size of the entries in the request is over the limit.',
      );
    }
    const results = Entries.map((entry) => accept(store, entry, region));
    router.route(results.flatMap((result) => ('event' in result ? [result] : [])));
    return {
      FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length,
      Entries: results.map((result) => ('event' in result ? { EventId: result.event.id } : result)),
    };
  });
}

type Accepted = { bus: StoredBus; event: BusEvent } | { ErrorCode: string; ErrorMessage: string };

function accept(store: RuleStore, entry: Entry, region: string): Accepted {
  const event = readEntry(entry, region);
  if ('ErrorCode' in event) return event;
  try {
    return { bus: store.findBus(entry.EventBusName), event };
  } catch (error) {
    if (error instanceof AwsError) return { ErrorCode: error.code, ErrorMessage: error.message };
    throw error;
  }
}
