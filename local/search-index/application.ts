import type { Faults } from './faults.ts';
import type { JsonObject } from './json/json-value.ts';
import type { Write } from './batch/write.ts';
import type { BatchSink } from './batch-sink.ts';
import type { IndexStore } from './storage/index-store.ts';
import type { WriteQueue } from './storage/write-queue.ts';

/** What every operation works on. */
export interface Application {
  readonly appID: string;
  readonly apiKey: string;
  readonly store: IndexStore;
  readonly queue: WriteQueue;
  readonly faults: Faults;
  /** Where batches go instead of the store, in sink mode. */
  readonly sink: BatchSink | undefined;
}

/** A request whose route, credentials and body were read. */
export interface OperationRequest {
  /** The named parts of the path: `indexName`, `objectID`, `taskID`, `key`; empty where the route has none. */
  readonly path: Readonly<Record<'indexName' | 'objectID' | 'taskID' | 'key', string>>;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

/** JSON to answer with status 200: as a value, or as text or bytes where records must keep their spelling. */
export type Reply = JsonObject | string | Buffer;

/** One operation of Algolia's Search API. Refusals are thrown as `AlgoliaError`. */
export type Operation = (application: Application, request: OperationRequest) => Reply;

/** Accepts a write under the publication lag of the moment; returns its task id. */
export function acceptWrite(application: Application, write: Write): number {
  return application.queue.accept(write, application.faults.publishLagMs);
}
