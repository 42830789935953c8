import { ResourceStore, type StoreDependencies } from '../resources/resource-store.ts';
import { transformationSchema, type Transformation } from './transformation.ts';

export type TransformationStore = ResourceStore<Transformation>;

export function createTransformationStore(dependencies: StoreDependencies): TransformationStore {
  return new ResourceStore(dependencies, {
    kind: 'transformation',
    bodySchema: transformationSchema,
    referencesOf: ({ authenticationIDs = [] }) =>
      authenticationIDs.map((id) => ({ field: 'authenticationIDs', kind: 'authentication', id })),
    attributesOf: ({ name, type }) => ({ name, type }),
  });
}
