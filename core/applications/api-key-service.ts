import type { Clock } from '../foundation/clock.ts';
import { Secret } from '../foundation/secret.ts';
import type { Resource } from '../resources/resource.ts';
import type { ApiKeyStore } from './api-key-store.ts';
import type { ApiKey } from './api-key.ts';
import type { IssuedKeys } from './issued-keys.ts';
import { digestKey } from './key-digest.ts';
import { newKeyText } from './key-text.ts';

interface NewApiKey {
  readonly keyID: string;
  readonly description: string;
  readonly acl: ApiKey['acl'];
  readonly validitySeconds: number | undefined;
}

interface MadeApiKey {
  readonly resource: Resource<ApiKey>;
  /** The key itself: told here and never again. */
  readonly key: Secret;
}

/** Makes and revokes keys. */
export interface ApiKeyService {
  /** Under an ID that is there already the key is made anew: whoever made the first died before telling it. */
  create(appID: string, request: NewApiKey): Promise<MadeApiKey>;
  /** When it was: this process refuses the key from then on, others within seconds. */
  revoke(appID: string, keyID: string): Promise<Date>;
}

export function createApiKeyService(dependencies: {
  readonly store: ApiKeyStore;
  readonly issuedKeys: Pick<IssuedKeys, 'forget'>;
  readonly clock: Clock;
}): ApiKeyService {
  const { store, issuedKeys, clock } = dependencies;
  return {
    async create(appID, { keyID, description, acl, validitySeconds }) {
      const key = newKeyText(keyID);
      const digest = digestKey(appID, key).toString('base64');
      const validUntil =
        validitySeconds === undefined
          ? undefined
          : new Date(clock.now().getTime() + validitySeconds * 1000).toISOString();
      const made = await store.create(appID, keyID, {
        description,
        acl: [...new Set(acl)],
        digest,
        validUntil,
      });
      const resource =
        made.body.digest === digest
          ? made
          : await store.update(appID, keyID, ({ body }) => ({ ...body, digest }));
      return { resource, key: new Secret(key) };
    },
    async revoke(appID, keyID) {
      const revokedAt = await store.delete(appID, keyID);
      issuedKeys.forget(appID, keyID);
      return revokedAt;
    },
  };
}
