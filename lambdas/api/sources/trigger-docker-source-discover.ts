import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { requireStreams } from './require-streams.ts';
import { toValidationShape, validationShape } from './validation-shape.ts';

/** Lists the streams of a source, which its tasks may name. */
export const triggerDockerSourceDiscover = defineOperation({
  operationID: 'triggerDockerSourceDiscover',
  method: 'POST',
  path: '/1/sources/{sourceID}/discover',
  acl: INGESTION_RIGHTS,
  response: validationShape,
  handle: async ({ appID, parameters }, dependencies) => {
    const source = await requireStreams(dependencies, appID, parameters.sourceID);
    return toValidationShape(await dependencies.askSource(appID, source, 'discover'));
  },
});
