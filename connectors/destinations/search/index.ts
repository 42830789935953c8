import type { DestinationConnector } from '../../contract/destination-connector.ts';
import { openSearchDestination } from './open-search-destination.ts';

/** An index of Algolia's Search API. */
export const searchDestination: DestinationConnector = {
  type: 'search',
  // Algolia's advice for a batch is 1,000 to 10,000 records and at most some 10 MB; eight of them are in memory.
  batchLimits: { maxRecords: 4_000, maxBytes: 1536 * 1024 },
  open: ({ searchHosts, ...context }) => {
    const baseURL = searchHosts[context.applicationID];
    return openSearchDestination({ ...context, ...(baseURL === undefined ? {} : { baseURL }) });
  },
};
