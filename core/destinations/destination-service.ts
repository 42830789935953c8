import type { AuthenticationStore } from '../authentications/authentication-store.ts';
import { requireAuthentication } from '../authentications/require-authentication.ts';
import { newID } from '../foundation/ids.ts';
import { parseInput } from '../foundation/validation.ts';
import type { Resource } from '../resources/resource.ts';
import type { DestinationStore } from './destination-store.ts';
import { destinationInputSchema, type Destination } from './destination.ts';

/** What a search destination writes with. */
const AUTHENTICATION_TYPES = ['algolia'];

interface DestinationChange {
  readonly name?: string | undefined;
  readonly authenticationID?: string | undefined;
  readonly transformationIDs?: string[] | undefined;
  readonly input?: Readonly<Record<string, unknown>> | undefined;
}

/** Creates and changes destinations. */
export interface DestinationService {
  create(appID: string, destination: Destination): Promise<Resource<Destination>>;
  /** Merges the fields given, those of the input too; the type stays. */
  update(appID: string, destinationID: string, change: DestinationChange): Promise<Resource<Destination>>;
}

export function createDestinationService(dependencies: {
  readonly store: DestinationStore;
  readonly authentications: AuthenticationStore;
}): DestinationService {
  const { store, authentications } = dependencies;
  const checkAuthentication = (appID: string, authenticationID: string | undefined) =>
    requireAuthentication(authentications, {
      appID,
      authenticationID,
      types: AUTHENTICATION_TYPES,
      user: 'destinations of type search',
    });
  return {
    async create(appID, destination) {
      await checkAuthentication(appID, destination.authenticationID);
      return store.create(appID, newID(), destination);
    },
    async update(appID, destinationID, change) {
      return store.update(appID, destinationID, async ({ body }) => {
        await checkAuthentication(appID, change.authenticationID);
        return {
          ...body,
          name: change.name ?? body.name,
          authenticationID: change.authenticationID ?? body.authenticationID,
          transformationIDs: change.transformationIDs ?? body.transformationIDs,
          input: parseInput(destinationInputSchema, { ...body.input, ...change.input }, { prefix: 'input' }),
        };
      });
    },
  };
}
