import type { RecordDestination } from '../../../core/runs/ports.ts';
import type { DestinationContext } from '../../contract/destination-connector.ts';
import { connectSearch } from '../search/open-search-destination.ts';
import { writeEvents } from './write-events.ts';

/** Where Algolia's own client sends events that name no region; `vendorHosts.insights` overrides it. */
const BASE_URL = 'https://insights.algolia.io';

/** Opens the Insights API of one application for one run; no request is made before the first call. */
export function openInsightsDestination(context: DestinationContext): RecordDestination {
  const { vendorHosts, applicationID, apiKey, network, clock, beforeRequest, indexName } = context;
  const own = vendorHosts[`insights:${applicationID}`] ?? vendorHosts['insights'];
  const transport = connectSearch({
    applicationID,
    apiKey,
    baseURL: own ?? BASE_URL,
    network,
    clock,
    beforeRequest,
    service: {
      name: 'Insights',
      accessAdvice: 'that it has the right search, and that the application is in the region of the host',
    },
  });
  return {
    prepare: async () => {},
    write: async (batch, signal) =>
      writeEvents({ transport, indexName, now: () => clock.now() }, batch, signal),
    // Nothing is published: what Insights takes, it counts.
    waitForPublication: async () => {},
    countRecords: async () => ({ written: 0, live: 0 }),
    sampleAttributes: async () => undefined,
    publish: async () => {},
    discard: async () => {},
  };
}
