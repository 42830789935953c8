import { InvalidInputError } from '../../../core/foundation/errors.ts';
import type { Source } from '../../../core/sources/source.ts';
import type { ApiDependencies } from '../dependencies.ts';

/** The source of a request that asks for its streams; refused where it cannot have any. */
export async function requireStreams(
  { sourceStore }: ApiDependencies,
  appID: string,
  sourceID: string,
): Promise<Source> {
  const { body } = await sourceStore.get(appID, sourceID);
  if (body.type === 'docker') return body;
  throw new InvalidInputError(
    'source.discover_unsupported',
    `Only sources of type docker have streams to list; this one is of type ${body.type}.`,
  );
}
