import { DEFAULT_RUN_POLICY, runPolicySchema } from '../../../core/runs/run-policy.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';

/** Sets the whole policy: what the request leaves out takes its default. */
export const setTaskPolicy = defineOperation({
  operationID: 'setTaskPolicy',
  method: 'PUT',
  path: '/ext/1/tasks/{taskID}/policy',
  acl: INGESTION_RIGHTS,
  body: runPolicySchema,
  response: runPolicySchema,
  handle: async ({ appID, parameters, body }, { tasks }) =>
    (await tasks.setRunPolicy(appID, parameters.taskID, body)).body.runPolicy ?? DEFAULT_RUN_POLICY,
});
