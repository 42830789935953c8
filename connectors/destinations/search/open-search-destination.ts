import type { Clock } from '../../../core/foundation/clock.ts';
import type { Secret } from '../../../core/foundation/secret.ts';
import { DestinationError } from '../../../core/runs/destination-error.ts';
import type { RecordDestination } from '../../../core/runs/ports.ts';
import type { TaskAction } from '../../../core/runs/run.ts';
import { createHttpClient } from '../../http/http-client.ts';
import { portOf } from '../../http/request-url.ts';
import { createRecordAppender } from './append-records.ts';
import type { BatchAction } from './batch-body.ts';
import { BodyBuffers } from './body-buffers.ts';
import { algoliaHosts, createHostRotation } from './host-rotation.ts';
import { createIndexOperations, type IndexOperations } from './index-operations.ts';
import { listParts } from './list-parts.ts';
import { createPublicationWatch } from './publication-watch.ts';
import { sampleAttributes } from './sample-attributes.ts';
import { createSearchTransport, type ServiceWords } from './search-transport.ts';
import { TemporaryIndex } from './temporary-index.ts';
import { writeBatch } from './write-batch.ts';
import type { NetworkPolicy } from '../../http/network-policy.ts';

const BATCH_ACTIONS: Readonly<Record<TaskAction, BatchAction>> = {
  replace: 'addObject',
  save: 'addObject',
  append: 'addObject',
  partial: 'partialUpdateObject',
  partialNoCreate: 'partialUpdateObjectNoCreate',
};

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
  /** As in `SearchTransportOptions`. */
  readonly beforeRequest?: () => void;
  /** As in `SearchTransportOptions`. */
  readonly service?: ServiceWords;
}

export type SearchDestinationOptions = SearchConnectionOptions & IndexDestinationOptions;

/** One index as one run writes it. */
export interface IndexDestinationOptions {
  readonly clock: Clock;
  readonly indexName: string;
  readonly action: TaskAction;
  /** Names the temporary index of a replace run, so that another worker finds it again. */
  readonly runID: string;
  /** Which of the run's temporary indices counts; the first unless given. */
  readonly generation?: number | undefined;
  /** Records over this size are rejected without being sent; no limit by default, the service then decides. */
  readonly maxRecordBytes?: number;
}

/**
 * Opens one index of Algolia's Search API for one run; no request is made before the first call. `save` replaces whole
 * records, `partial` sets their attributes (creating what is missing, where `partialNoCreate` leaves it out), `append`
 * adds what is not there yet, `replace` fills a temporary index.
 */
export function openSearchDestination(options: SearchDestinationOptions): RecordDestination {
  return openIndexDestination(createIndexOperations(connectSearch(options)), options);
}

/** The same over operations that are there already, whoever answers them. */
export function openIndexDestination(
  operations: IndexOperations,
  options: IndexDestinationOptions,
): RecordDestination {
  const { indexName, action, clock } = options;
  const watch = createPublicationWatch(operations, clock);
  const temporary =
    action === 'replace'
      ? new TemporaryIndex(operations, watch, {
          live: indexName,
          runID: options.runID,
          generation: options.generation ?? 0,
        })
      : undefined;
  const target = {
    operations,
    indexName,
    action: BATCH_ACTIONS[action],
    bodyBuffers: new BodyBuffers(),
    ...(options.maxRecordBytes === undefined ? {} : { maxRecordBytes: options.maxRecordBytes }),
  };
  const appender = action === 'append' ? createRecordAppender(target) : undefined;
  return {
    prepare: async (signal) => temporary?.prepare(signal),
    write: async (batch, signal) => {
      if (appender !== undefined) return appender.write(batch, signal);
      // By value: a batch that is still sent again must not move to a later generation.
      const receipt = await writeBatch({ ...target, indexName: temporary?.name ?? indexName }, batch, signal);
      if (receipt.accepted > 0) temporary?.written();
      return receipt;
    },
    waitForPublication: async (publications, signal) => {
      await watch.wait(temporary?.name ?? indexName, publications, signal);
      appender?.published(publications);
    },
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
    listParts: async (entityIDs, signal) => listParts(operations, { indexName, entityIDs }, signal),
    useGeneration: (generation) => temporary?.use(generation),
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
    ...(options.beforeRequest === undefined ? {} : { beforeRequest: options.beforeRequest }),
    ...(options.service === undefined ? {} : { service: options.service }),
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
