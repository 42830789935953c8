import { ResourceStore, type StoreDependencies } from '../resources/resource-store.ts';
import { apiKeySchema, type ApiKey } from './api-key.ts';

/** Keys by application and ID; to delete one is to revoke it. */
export type ApiKeyStore = ResourceStore<ApiKey>;

export function createApiKeyStore(dependencies: StoreDependencies): ApiKeyStore {
  return new ResourceStore(dependencies, {
    kind: 'key',
    bodySchema: apiKeySchema,
    referencesOf: () => [],
    attributesOf: () => ({}),
  });
}
