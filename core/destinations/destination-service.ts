import type { AuthenticationStore } from '../authentications/authentication-store.ts';
import { requireAuthentication } from '../authentications/require-authentication.ts';
import { parseInput } from '../foundation/validation.ts';
import type { IndexDestinations } from '../push/index-destinations.ts';
import type { Resource } from '../resources/resource.ts';
import type { DestinationStore } from './destination-store.ts';
import {
  DESTINATION_AUTHENTICATION_TYPES,
  destinationInputSchema,
  indexNameOf,
  type Destination,
  type DestinationType,
} from './destination.ts';

interface DestinationChange {
  readonly name?: string | undefined;
  readonly authenticationID?: string | undefined;
  readonly transformationIDs?: string[] | undefined;
  readonly input?: Readonly<Record<string, unknown>> | undefined;
}

/** Creates and changes destinations. */
export interface DestinationService {
  create(appID: string, id: string, destination: Destination): Promise<Resource<Destination>>;
  /** Merges the fields given, those of the input too; the type stays. */
  update(appID: string, destinationID: string, change: DestinationChange): Promise<Resource<Destination>>;
}

export function createDestinationService(dependencies: {
  readonly store: DestinationStore;
  readonly authentications: AuthenticationStore;
  readonly indexDestinations: IndexDestinations;
}): DestinationService {
  const { store, authentications, indexDestinations } = dependencies;
  const checkAuthentication = (appID: string, type: DestinationType, authenticationID: string | undefined) =>
    requireAuthentication(authentications, {
      appID,
      authenticationID,
      types: DESTINATION_AUTHENTICATION_TYPES[type],
      user: `destinations of type ${type}`,
    });
  return {
    async create(appID, id, destination) {
      await checkAuthentication(appID, destination.type, destination.authenticationID);
      await indexDestinations.note(appID, indexNameOf(destination, 'push'), id);
      return store.create(appID, id, destination);
    },
    async update(appID, destinationID, change) {
      return store.update(appID, destinationID, async ({ body }) => {
        await checkAuthentication(appID, body.type, change.authenticationID);
        const input = mergeInput(body.input, change.input ?? {});
        await indexDestinations.note(appID, indexNameOf({ input }, 'push'), destinationID);
        return {
          ...body,
          name: change.name ?? body.name,
          authenticationID: change.authenticationID ?? body.authenticationID,
          transformationIDs: change.transformationIDs ?? body.transformationIDs,
          input,
        };
      });
    },
  };
}

/** A name takes the place of a prefix and a prefix that of a name: there is one of them. */
function mergeInput(
  stored: Destination['input'],
  change: Readonly<Record<string, unknown>>,
): Destination['input'] {
  const { indexName, indexPrefix, ...rest } = stored;
  const isMoved = 'indexName' in change || 'indexPrefix' in change;
  const merged = { ...(isMoved ? {} : { indexName, indexPrefix }), ...rest, ...change };
  return parseInput(destinationInputSchema, merged, { prefix: 'input' });
}
