import type { Clock } from '../../../core/foundation/clock.ts';
import type { Secret } from '../../../core/foundation/secret.ts';
import { DestinationError } from '../../../core/runs/destination-error.ts';
import type { RecordDestination } from '../../../core/runs/ports.ts';
import type { NetworkPolicy } from '../../contract/source-connector.ts';
import { createHttpClient } from '../../http/http-client.ts';
import { portOf } from '../../http/request-url.ts';
import { BodyBuffers } from './body-buffers.ts';
import { algoliaHosts, createHostRotation } from './host-rotation.ts';
import { createIndexOperations } from './index-operations.ts';
import { createPublicationWatch } from './publication-watch.ts';
import { sampleAttributes } from './sample-attributes.ts';
import { createSearchTransport } from './search-transport.ts';
import { createTemporaryIndex, temporaryIndexName } from './temporary-index.ts';
import { writeBatch } from './write-batch.ts';

/** Which application to speak to, and how. */
export interface SearchConnectionOptions {
  readonly applicationID: string;
  readonly apiKey: Secret;
  /** Where the operator hosts this application's search API; Algolia's own hosts when absent. */
  readonly baseURL?: string;
  readonly network: NetworkPolicy;
  readonly clock: Clock;
  /** Between 0 and 1, for the jitter of retries; `Math.random` by default. */
  readonly random?: () => number;
}

export interface SearchDestinationOptions extends SearchConnectionOptions {
  readonly indexName: string;
  readonly action: 'replace' | 'save' | 'partial';
  /** Names the temporary index of a replace run, so that another worker finds it again. */
  readonly runID: string;
  /** Records over this size are rejected without being sent; no limit by default, the service then decides. */
  readonly maxRecordBytes?: number;
}

/**
 * Opens one index of Algolia's Search API for one run; no request is made before the first call. `save` replaces whole
 * records, `partial` sets their attributes (creating what is missing), `replace` fills a temporary index.
 */
export function openSearchDestination(options: SearchDestinationOptions): RecordDestination {
  const { indexName, action, clock } = options;
  const operations = createIndexOperations(connectSearch(options));
  const watch = createPublicationWatch(operations, clock);
  const temporary =
    action === 'replace'
      ? createTemporaryIndex(operations, watch, {
          live: indexName,
          temporary: temporaryIndexName(indexName, options.runID),
        })
      : undefined;
  const target = {
    operations,
    indexName: temporary?.name ?? indexName,
    action: action === 'partial' ? ('partialUpdateObject' as const) : ('addObject' as const),
    bodyBuffers: new BodyBuffers(),
    ...(options.maxRecordBytes === undefined ? {} : { maxRecordBytes: options.maxRecordBytes }),
  };
  return {
    prepare: async (signal) => temporary?.prepare(signal),
    write: async (batch, signal) => {
      const receipt = await writeBatch(target, batch, signal);
      if (receipt.accepted > 0) temporary?.written();
      return receipt;
    },
    waitForPublication: (publications, signal) => watch.wait(target.indexName, publications, signal),
    countRecords: async (signal) => {
      if (temporary !== undefined) return temporary.count(signal);
      const [live = 0] = await operations.countEntries([indexName], signal);
      return { written: 0, live };
    },
    sampleAttributes: async (signal) =>
      temporary === undefined
        ? undefined
        : sampleAttributes(operations, { live: indexName, temporary: temporary.name }, signal),
    publish: async (signal, expected) => temporary?.publish(signal, expected),
    discard: async (signal) => temporary?.discard(signal),
  };
}

/** Connects the application that the options name. */
export function connectSearch(options: SearchConnectionOptions) {
  const { applicationID, apiKey, clock, network } = options;
  const random = options.random ?? Math.random;
  assertSendable(applicationID, apiKey);
  // An operator names the base URL, a user only the application: so it may be private.
  const base = options.baseURL === undefined ? undefined : new URL(options.baseURL);
  const trusted = base === undefined ? [] : [`${base.hostname}:${portOf(base)}`];
  return createSearchTransport({
    applicationID,
    apiKey,
    hosts: createHostRotation(
      base === undefined ? algoliaHosts(applicationID, random) : [base.href.replace(/\/+$/, '')],
    ),
    http: createHttpClient({ ...network, trustedHosts: [...network.trustedHosts, ...trusted] }),
    clock,
    random,
  });
}

/** Both travel as headers, and the application ID in a host name. */
function assertSendable(applicationID: string, apiKey: Secret): void {
  if (!/^[\w-]+$/.test(applicationID)) {
    throw new DestinationError(
      'destination.unknown_application',
      'The application ID of the destination has characters that no application ID has: check it.',
    );
  }
  if (!/^[\u0021-\u007e]+$/.test(apiKey.reveal())) {
    throw new DestinationError(
      'destination.forbidden',
      `The API key of the application ${applicationID} is empty or has characters that no key has: check it.`,
    );
  }
}
