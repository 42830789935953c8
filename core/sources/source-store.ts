import { ResourceStore, type StoreDependencies } from '../resources/resource-store.ts';
import { sourceSchema, type Source } from './source.ts';

export type SourceStore = ResourceStore<Source>;

export function createSourceStore(dependencies: StoreDependencies): SourceStore {
  return new ResourceStore(dependencies, {
    kind: 'source',
    bodySchema: sourceSchema,
    referencesOf: ({ authenticationID: id }) =>
      id === undefined ? [] : [{ field: 'authenticationID', kind: 'authentication', id }],
    attributesOf: ({ name, type, authenticationID }) => ({
      name,
      type,
      authenticationID: authenticationID ?? null,
    }),
  });
}
