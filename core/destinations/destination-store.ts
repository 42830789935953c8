import { ResourceStore, type StoreDependencies } from '../resources/resource-store.ts';
import { destinationSchema, type Destination } from './destination.ts';

export type DestinationStore = ResourceStore<Destination>;

export function createDestinationStore(dependencies: StoreDependencies): DestinationStore {
  return new ResourceStore(dependencies, {
    kind: 'destination',
    bodySchema: destinationSchema,
    referencesOf: ({ authenticationID, transformationIDs = [] }) => [
      ...(authenticationID === undefined
        ? []
        : [{ field: 'authenticationID', kind: 'authentication' as const, id: authenticationID }]),
      ...transformationIDs.map((id) => ({ field: 'transformationIDs', kind: 'transformation' as const, id })),
    ],
    attributesOf: ({ name, type, authenticationID, transformationIDs }) => ({
      name,
      type,
      authenticationID: authenticationID ?? null,
      transformationID: transformationIDs ?? [],
    }),
  });
}
