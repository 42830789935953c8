import * as z from 'zod';

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;
const MAX_AGE_DAYS = 30;
/** Of objectIDs, and of filters. */
const MAX_TARGETS = 20;

const userToken = z
  .string()
  .regex(/^[\w=/+-]{1,129}$/, 'must have 1 to 129 characters, each a letter, a digit or one of _ = / + -');
const targets = z
  .array(z.string().min(1))
  .min(1, 'must not be empty')
  .max(MAX_TARGETS, `must have at most ${MAX_TARGETS} entries`);

// Loose: what Insights takes besides is its own to judge.
const eventSchema = z
  .looseObject({
    eventName: z.string().regex(/^[\u0020-\u007e]{1,64}$/, 'must have 1 to 64 printable ASCII characters'),
    eventType: z.enum(['view', 'click', 'conversion']),
    eventSubtype: z.enum(['addToCart', 'purchase']).optional(),
    index: z.string().min(1),
    userToken,
    authenticatedUserToken: userToken.optional(),
    timestamp: z.int('must be a whole number of milliseconds').optional(),
    queryID: z.string().optional(),
    objectIDs: targets.optional(),
    filters: targets.optional(),
    positions: z.array(z.int().min(1)).optional(),
    currency: z
      .string()
      .regex(/^[A-Za-z]{3}$/, 'must be a currency code of three letters')
      .optional(),
  })
  .superRefine((event, context) => {
    const { objectIDs, filters, positions } = event;
    const object = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (objectIDs === undefined && filters === undefined) object('objectIDs', 'or filters must be given');
    if (objectIDs !== undefined && filters !== undefined) {
      object('filters', 'must not be given together with objectIDs');
    }
    if (positions !== undefined && positions.length !== objectIDs?.length) {
      object('positions', 'must have as many entries as objectIDs');
    }
    if (event.eventSubtype !== undefined && event.eventType !== 'conversion') {
      object('eventSubtype', 'is only for events of type conversion');
    }
  });

/** An event as it is sent, or what is wrong with it. */
export type CheckedEvent = { readonly json: string } | { readonly field: string; readonly message: string };

/**
 * Checks a record as Insights does, which refuses a whole call for one invalid event
 * (https://www.algolia.com/doc/rest-api/insights/push-events). The record's objectID is Millrace's and is not sent; an
 * event without an index is about `indexName`.
 */
export function checkEvent(
  recordText: string,
  { indexName, now }: { readonly indexName: string; readonly now: Date },
): CheckedEvent {
  const { objectID: _ours, ...event } = z.record(z.string(), z.unknown()).parse(JSON.parse(recordText));
  const { success, data, error } = eventSchema.safeParse({ index: indexName, ...event });
  if (!success) {
    const [issue] = error.issues;
    return { field: issue?.path.join('.') ?? '', message: issue?.message ?? 'is invalid' };
  }
  if (data.timestamp !== undefined && now.getTime() - data.timestamp > MAX_AGE_DAYS * DAY_MILLISECONDS) {
    return { field: 'timestamp', message: `must be at most ${MAX_AGE_DAYS} days old, in milliseconds` };
  }
  return { json: JSON.stringify(data) };
}
