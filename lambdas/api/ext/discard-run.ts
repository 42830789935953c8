import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { runControlShape, toRunControlShape } from './run-control-shape.ts';

export const discardRun = defineOperation({
  operationID: 'discardRun',
  method: 'POST',
  path: '/ext/1/runs/{runID}/discard',
  acl: INGESTION_RIGHTS,
  response: runControlShape,
  handle: async ({ appID, parameters }, { runControl }) =>
    toRunControlShape(await runControl.decide(appID, parameters.runID, 'discard')),
});
