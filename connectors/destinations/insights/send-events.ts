import * as z from 'zod';
import { RefusedSearchError, type Refusal } from '../search/search-failures.ts';
import type { SearchTransport } from '../search/search-transport.ts';

/** Of one call to Insights, which takes less than 2 MB. */
export const MAX_EVENTS = 1_000;
export const MAX_EVENT_BYTES = 1_900_000;

const answerSchema = z.object({ status: z.number() });

/** An event on its way: its place in the batch, and what is sent. */
export interface SendableEvent {
  readonly index: number;
  readonly json: string;
}

/** Sends events in one call: nothing when they were taken, or why all of them were refused. */
export async function sendEvents(
  transport: SearchTransport,
  events: readonly SendableEvent[],
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  const body = `{"events":[${events.map(({ json }) => json).join(',')}]}`;
  try {
    await transport.send({ method: 'POST', path: '/1/events', body, signal }, answerSchema);
    return undefined;
  } catch (error) {
    if (error instanceof RefusedSearchError) return error.refusal;
    throw error;
  }
}

/** The events in order, in as many parts as the limits of a call ask for. */
export function divideEvents(events: readonly SendableEvent[]): SendableEvent[][] {
  const calls: SendableEvent[][] = [];
  let call: SendableEvent[] = [];
  let callBytes = 0;
  for (const event of events) {
    // With its comma.
    const sizeBytes = Buffer.byteLength(event.json) + 1;
    if (call.length === MAX_EVENTS || (call.length > 0 && callBytes + sizeBytes > MAX_EVENT_BYTES)) {
      calls.push(call);
      call = [];
      callBytes = 0;
    }
    call.push(event);
    callBytes += sizeBytes;
  }
  return call.length === 0 ? calls : [...calls, call];
}
