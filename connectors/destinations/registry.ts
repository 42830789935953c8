import type { DestinationType } from '../../core/destinations/destination.ts';
import type { DestinationConnector } from '../contract/destination-connector.ts';
import { insightsDestination } from './insights/index.ts';
import { searchDestination } from './search/index.ts';

/** Every destination type there is: one that the API names and this lacks does not compile. */
const destinationConnectors: Readonly<Record<DestinationType, DestinationConnector>> = {
  search: searchDestination,
  insights: insightsDestination,
};

export function findDestinationConnector(type: DestinationType): DestinationConnector {
  return destinationConnectors[type];
}
