import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { runControlShape, toRunControlShape } from './run-control-shape.ts';

export const approveRun = defineOperation({
  operationID: 'approveRun',
  method: 'POST',
  path: '/ext/1/runs/{runID}/approve',
  acl: INGESTION_RIGHTS,
  response: runControlShape,
  handle: async ({ appID, parameters }, { runControl }) =>
    toRunControlShape(await runControl.decide(appID, parameters.runID, 'approve')),
});
