import type { Clock } from '../../../../core/foundation/clock.ts';
import { Secret } from '../../../../core/foundation/secret.ts';
import type { RecordBatch } from '../../../../core/records/record-batch.ts';
import type { RecordDestination } from '../../../../core/runs/ports.ts';
import {
  openSearchDestination,
  type SearchDestinationOptions,
} from '../../../../connectors/destinations/search/open-search-destination.ts';

export const API_KEY = 'canary-key-4f1d';
export const signal = new AbortController().signal;

/** A clock on which a sleep is over at once, and which remembers how long the sleeps were. */
export function createQuickClock(): Clock & { slept: number[] } {
  let now = Date.parse('2026-01-01T00:00:00Z');
  const slept: number[] = [];
  return {
    slept,
    now: () => new Date(now),
    sleep: async (milliseconds, given) => {
      given?.throwIfAborted();
      slept.push(milliseconds);
      now += milliseconds;
    },
  };
}

/** A destination for the index `shop` of the application `APP` at the given base URL. */
export function openAt(baseURL: string, options: Partial<SearchDestinationOptions> = {}): RecordDestination {
  return openSearchDestination({
    applicationID: 'APP',
    apiKey: new Secret(API_KEY),
    baseURL,
    indexName: 'shop',
    action: 'save',
    runID: 'run-1',
    network: { allowPrivate: [], trustedHosts: [] },
    clock: createQuickClock(),
    random: () => 0.5,
    ...options,
  });
}

/** A batch of these record texts, each beginning with `{"objectID":"…"`. */
export function batchOf(...records: string[]): RecordBatch {
  const ends: number[] = [];
  const idEnds: number[] = [];
  let at = 0;
  for (const record of records) {
    const id = /^\{"objectID":"(?:[^"\\]|\\.)*"/.exec(record)?.[0] ?? '';
    idEnds.push(at + Buffer.byteLength(id));
    at += Buffer.byteLength(record);
    ends.push(at);
  }
  return {
    bytes: new Uint8Array(Buffer.from(records.join(''))),
    ends: Uint32Array.from(ends),
    idEnds: Uint32Array.from(idEnds),
    count: records.length,
    firstPosition: 0,
    rejected: [],
    cursor: {},
    sourceBytesRead: at,
  };
}

/** Records `0` to `count - 1`, small and all different. */
export function numberedRecords(count: number): string[] {
  return Array.from({ length: count }, (_, number) => `{"objectID":"${number}","name":"record ${number}"}`);
}
