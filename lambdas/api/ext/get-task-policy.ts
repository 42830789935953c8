import { DEFAULT_RUN_POLICY, runPolicySchema } from '../../../core/runs/run-policy.ts';
import { blockedSchema } from '../../../core/tasks/task.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';

export const getTaskPolicy = defineOperation({
  operationID: 'getTaskPolicy',
  method: 'GET',
  path: '/ext/1/tasks/{taskID}/policy',
  acl: INGESTION_RIGHTS,
  response: runPolicySchema.extend({ blocked: blockedSchema.optional() }),
  handle: async ({ appID, parameters }, { taskStore }) => {
    const { runPolicy, blocked } = (await taskStore.get(appID, parameters.taskID)).body;
    return { ...(runPolicy ?? DEFAULT_RUN_POLICY), ...(blocked === undefined ? {} : { blocked }) };
  },
});
