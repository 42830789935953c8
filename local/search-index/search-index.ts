import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Application } from './application.ts';
import { BatchSink } from './batch-sink.ts';
import { createFaults, type Faults, type FaultsPatch } from './faults.ts';
import { IdleFiller } from './idle-filler.ts';
import { createRequestHandler } from './request-handler.ts';
import { IndexStore } from './storage/index-store.ts';
import { openDatabase } from './storage/open-database.ts';
import { WriteQueue } from './storage/write-queue.ts';

export interface SearchIndexOptions {
  /** Directory of the database; made when missing. One index at a time may use it. */
  readonly dataDirectory: string;
  readonly appID: string;
  readonly apiKey: string;
  /** A free one is chosen by default. */
  readonly port?: number;
  /** How the index misbehaves from the start. */
  readonly faults?: FaultsPatch;
  /** Whether `POST /test/faults` may change that. */
  readonly hasFaultsRoute?: boolean;
  /** Batches are counted and not stored; `keepFile` gets their bodies. */
  readonly sink?: { readonly keepFile?: string | undefined } | undefined;
}

export interface SearchIndex {
  readonly url: string;
  readonly port: number;
  /** May be changed at any time. */
  readonly faults: Faults;
  stop(): Promise<void>;
}

/** Connections stay open longer than clients keep them, so that none is closed under a request on its way. */
const KEEP_ALIVE_MS = 120_000;

/** Starts an Algolia-compatible search index on 127.0.0.1; resolves when it answers. */
export async function createSearchIndex(options: SearchIndexOptions): Promise<SearchIndex> {
  const database = openDatabase(options.dataDirectory, options.appID);
  const store = new IndexStore(database);
  const queue = new WriteQueue(database, store);
  const sink = options.sink && new BatchSink(options.sink.keepFile);
  const faults = createFaults(options.faults);
  const application: Application = {
    appID: options.appID,
    apiKey: options.apiKey,
    store,
    queue,
    faults,
    sink,
  };
  const filler = new IdleFiller(store);
  const handle = createRequestHandler(application, { hasFaultsRoute: options.hasFaultsRoute ?? false });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    filler.noteRequest();
    void handle(request, response);
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    database.close();
    throw error;
  }
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    faults,
    stop: async () => {
      filler.stop();
      queue.stop();
      server.close();
      server.closeAllConnections();
      await sink?.stop();
      database.close();
    },
  };
}
