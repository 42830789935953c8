import { ResourceStore, type StoreDependencies } from '../resources/resource-store.ts';
import { authenticationSchema, type Authentication } from './authentication.ts';

export type AuthenticationStore = ResourceStore<Authentication>;

export function createAuthenticationStore(dependencies: StoreDependencies): AuthenticationStore {
  return new ResourceStore(dependencies, {
    kind: 'authentication',
    bodySchema: authenticationSchema,
    referencesOf: () => [],
    attributesOf: ({ name, type, platform }) => ({ name, type, platform }),
  });
}
