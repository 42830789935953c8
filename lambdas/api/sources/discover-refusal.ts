import { InvalidInputError } from '../../../core/foundation/errors.ts';
import type { ApiDependencies } from '../dependencies.ts';

/** Both ways to ask for a source's streams end here until there is a connector for docker images. */
export async function refuseDiscover(
  { appID, parameters }: { readonly appID: string; readonly parameters: { readonly sourceID: string } },
  { sourceStore }: ApiDependencies,
): Promise<never> {
  const { body } = await sourceStore.get(appID, parameters.sourceID);
  throw new InvalidInputError(
    'source.discover_unsupported',
    body.type === 'docker'
      ? 'Streams cannot be listed: connectors in docker images are not supported yet.'
      : `Only sources of type docker have streams to list; this one is of type ${body.type}.`,
  );
}
