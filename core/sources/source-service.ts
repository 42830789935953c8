import type { AuthenticationStore } from '../authentications/authentication-store.ts';
import { requireAuthentication } from '../authentications/require-authentication.ts';
import { newID } from '../foundation/ids.ts';
import { parseInput } from '../foundation/validation.ts';
import type { Resource } from '../resources/resource.ts';
import { SOURCE_AUTHENTICATION_TYPES, sourceInputSchemas, type SourceType } from './source-input.ts';
import type { SourceStore } from './source-store.ts';
import type { Source } from './source.ts';

interface SourceChange {
  readonly name?: string | undefined;
  readonly authenticationID?: string | undefined;
  /** Checked against the type of the stored source. */
  readonly input?: Readonly<Record<string, unknown>> | undefined;
}

/** Creates and changes sources. */
export interface SourceService {
  create(appID: string, source: Source): Promise<Resource<Source>>;
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
    async create(appID, source) {
      await checkAuthentication(appID, source.type, source.authenticationID);
      return store.create(appID, newID(), source);
    },
    async update(appID, sourceID, change) {
      return store.update(appID, sourceID, async ({ body }) => {
        await checkAuthentication(appID, body.type, change.authenticationID);
        return mergeSource(body, change);
      });
    },
  };
}

function mergeSource(source: Source, change: SourceChange): Source {
  const fields = {
    name: change.name ?? source.name,
    authenticationID: change.authenticationID ?? source.authenticationID,
  };
  const input = { ...source.input, ...change.input };
  // One branch per type: the type and its input belong together.
  return source.type === 'csv'
    ? { ...source, ...fields, input: parseInput(sourceInputSchemas.csv, input, { prefix: 'input' }) }
    : { ...source, ...fields, input: parseInput(sourceInputSchemas.json, input, { prefix: 'input' }) };
}
