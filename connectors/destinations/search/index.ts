import { BATCH_LIMITS } from '../../../core/records/batch-limits.ts';
import type { DestinationConnector } from '../../contract/destination-connector.ts';
import { openSearchDestination } from './open-search-destination.ts';

/** An index of Algolia's Search API. */
export const searchDestination: DestinationConnector = {
  type: 'search',
  batchLimits: BATCH_LIMITS,
  open: ({ searchHosts, ...context }) => {
    const baseURL = searchHosts[context.applicationID];
    return openSearchDestination({ ...context, ...(baseURL === undefined ? {} : { baseURL }) });
  },
};
