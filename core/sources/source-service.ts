import type { AuthenticationStore } from '../authentications/authentication-store.ts';
import { requireAuthentication } from '../authentications/require-authentication.ts';
import type { Resource } from '../resources/resource.ts';
import { mergeSource, type SourceChange } from './merge-source.ts';
import { SOURCE_AUTHENTICATION_TYPES, type SourceType } from './source-types.ts';
import type { SourceStore } from './source-store.ts';
import type { Source } from './source.ts';

/** Creates and changes sources. */
export interface SourceService {
  create(appID: string, id: string, source: Source): Promise<Resource<Source>>;
  /** Merges the fields given, those of the input too; the type stays. */
  update(appID: string, sourceID: string, change: SourceChange): Promise<Resource<Source>>;
}

export function createSourceService(dependencies: {
  readonly store: SourceStore;
  readonly authentications: AuthenticationStore;
}): SourceService {
  const { store, authentications } = dependencies;
  const checkAuthentication = (appID: string, type: SourceType, authenticationID: string | undefined) =>
    requireAuthentication(authentications, {
      appID,
      authenticationID,
      types: SOURCE_AUTHENTICATION_TYPES[type],
      user: `sources of type ${type}`,
    });
  return {
    async create(appID, id, source) {
      await checkAuthentication(appID, source.type, source.authenticationID);
      return store.create(appID, id, source);
    },
    async update(appID, sourceID, change) {
      return store.update(appID, sourceID, async ({ body }) => {
        await checkAuthentication(appID, body.type, change.authenticationID);
        return mergeSource(body, change);
      });
    },
  };
}
