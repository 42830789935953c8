import type { PushDestination } from '../../../core/push/push-destination.ts';
import type { PushAction } from '../../../core/runs/run.ts';
import { BodyBuffers } from './body-buffers.ts';
import { createIndexOperations } from './index-operations.ts';
import { connectSearch, type SearchConnectionOptions } from './open-search-destination.ts';
import { createPublicationWatch } from './publication-watch.ts';
import { writeBatch } from './write-batch.ts';

export interface PushDestinationOptions extends SearchConnectionOptions {
  readonly indexName: string;
  readonly action: PushAction;
  /** Records over this size are rejected without being sent. */
  readonly maxRecordBytes?: number;
}

/** Opens one index of Algolia's Search API for what is pushed to it; no request is made before the first call. */
export function openPushDestination(options: PushDestinationOptions): PushDestination {
  const { indexName, action, clock, maxRecordBytes } = options;
  const limit = maxRecordBytes === undefined ? {} : { maxRecordBytes };
  const operations = createIndexOperations(connectSearch(options));
  const watch = createPublicationWatch(operations, clock);
  const bodyBuffers = new BodyBuffers();
  return {
    async write(batch, signal) {
      if (action !== 'delete' && action !== 'clear') {
        return writeBatch({ operations, indexName, action, bodyBuffers, ...limit }, batch, signal);
      }
      const bytes = Buffer.from(JSON.stringify({ requests: [{ action, body: {} }] }));
      const publication = await operations.writeBatch(indexName, { bytes, onFree: () => {} }, signal);
      return { accepted: 0, rejected: [], publications: [publication] };
    },
    waitForPublication: (publications, signal) => watch.wait(indexName, publications, signal),
  };
}
