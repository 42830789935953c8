import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { requireRun } from './require-run.ts';
import { runShape, toRunShape } from './run-shape.ts';

export const getRun = defineOperation({
  operationID: 'getRun',
  method: 'GET',
  path: '/1/runs/{runID}',
  acl: INGESTION_RIGHTS,
  response: runShape,
  handle: async ({ appID, parameters }, dependencies) =>
    toRunShape(await requireRun(dependencies, appID, parameters.runID)),
});
