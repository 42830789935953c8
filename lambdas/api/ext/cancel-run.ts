import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { runControlShape, toRunControlShape } from './run-control-shape.ts';

export const cancelRun = defineOperation({
  operationID: 'cancelRun',
  method: 'POST',
  path: '/ext/1/runs/{runID}/cancel',
  acl: INGESTION_RIGHTS,
  response: runControlShape,
  handle: async ({ appID, parameters }, { runControl }) =>
    toRunControlShape(await runControl.cancel(appID, parameters.runID)),
});
