import type { DestinationConnector } from '../../contract/destination-connector.ts';
import { openInsightsDestination } from './open-insights-destination.ts';
import { MAX_EVENTS, MAX_EVENT_BYTES } from './send-events.ts';

/** Events of an application, sent to Algolia's Insights API. */
export const insightsDestination: DestinationConnector = {
  type: 'insights',
  // One call each: what a crash can make us send again is what was on its way.
  batchLimits: { maxRecords: MAX_EVENTS, maxBytes: MAX_EVENT_BYTES },
  open: openInsightsDestination,
};
