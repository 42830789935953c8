import type { Destination } from '../../core/destinations/destination.ts';
import { Secret } from '../../core/foundation/secret.ts';
import type { Run } from '../../core/runs/run.ts';
import { createTransformStage, type TransformStage } from '../../core/transformations/transform-stage.ts';
import { openAuthentication } from './open-authentication.ts';
import type { ConnectionDependencies } from './open-connection.ts';

/** The destination's transformation, ready for the records of this run; nothing where it has none. */
export async function openTransform(
  dependencies: ConnectionDependencies,
  { appID, runID, createdAt }: Pick<Run, 'appID' | 'runID' | 'createdAt'>,
  { transformationIDs: [transformationID] = [] }: Pick<Destination, 'transformationIDs'>,
): Promise<TransformStage | undefined> {
  if (transformationID === undefined) return undefined;
  const { body } = await dependencies.transformations.get(appID, transformationID);
  return createTransformStage({
    appID,
    transformationID,
    procedure: body,
    secrets: await openAllSecrets(dependencies, appID, body.authenticationIDs ?? []),
    at: new Date(createdAt),
    runID,
    runTransform: dependencies.runTransform,
  });
}

/** Of several secrets of one name, that of the first authentication counts. */
async function openAllSecrets(
  dependencies: ConnectionDependencies,
  appID: string,
  authenticationIDs: readonly string[],
): Promise<Record<string, string>> {
  const opened = await Promise.all(
    authenticationIDs.map((id) => openAuthentication(dependencies, appID, id)),
  );
  const entries = opened
    .toReversed()
    .flatMap((authentication) => Object.entries(authentication?.input ?? {}));
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value instanceof Secret ? value.reveal() : value]),
  );
}
