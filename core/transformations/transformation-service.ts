import type { AuthenticationStore } from '../authentications/authentication-store.ts';
import { invalidField } from '../foundation/validation.ts';
import type { Resource } from '../resources/resource.ts';
import type { TransformationStore } from './transformation-store.ts';
import type { Transformation } from './transformation.ts';

/** Creates and changes transformations; their authentications must be there and of type secrets. */
export interface TransformationService {
  create(appID: string, id: string, transformation: Transformation): Promise<Resource<Transformation>>;
  /** Replaces all of it: what is not given is reset. */
  replace(
    appID: string,
    transformationID: string,
    transformation: Transformation,
  ): Promise<Resource<Transformation>>;
}

export function createTransformationService(dependencies: {
  readonly store: TransformationStore;
  readonly authentications: AuthenticationStore;
}): TransformationService {
  const { store, authentications } = dependencies;
  const withCheckedAuthentications = async (
    appID: string,
    given: Transformation,
  ): Promise<Transformation> => {
    if (given.authenticationIDs === undefined) return given;
    const authenticationIDs = [...new Set(given.authenticationIDs)];
    const found = await authentications.findMany(appID, authenticationIDs);
    const missing = authenticationIDs.find((id) => !found.some((authentication) => authentication.id === id));
    if (missing !== undefined) throw invalidField('authenticationIDs', `no such authentication: ${missing}`);
    const other = found.find(({ body }) => body.type !== 'secrets');
    if (other === undefined) return { ...given, authenticationIDs };
    throw invalidField(
      'authenticationIDs',
      `transformations take authentications of type secrets; ${other.id} is of type ${other.body.type}`,
    );
  };
  return {
    create: async (appID, id, given) =>
      store.create(appID, id, await withCheckedAuthentications(appID, given)),
    async replace(appID, transformationID, given) {
      const transformation = await withCheckedAuthentications(appID, given);
      return store.update(appID, transformationID, () => transformation);
    },
  };
}
