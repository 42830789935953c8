import { mergeSource } from '../../../core/sources/merge-source.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { sourceUpdateSchema } from './source-update-schema.ts';
import { toValidationShape, validationShape } from './validation-shape.ts';

/** Checks the source as it would be after the update, and stores nothing of it. */
export const validateSourceBeforeUpdate = defineOperation({
  operationID: 'validateSourceBeforeUpdate',
  method: 'POST',
  path: '/1/sources/{sourceID}/validate',
  acl: INGESTION_RIGHTS,
  body: sourceUpdateSchema,
  response: validationShape,
  handle: async ({ appID, parameters, body }, dependencies) => {
    const stored = await dependencies.sourceStore.get(appID, parameters.sourceID);
    const changed = mergeSource(stored.body, body);
    return toValidationShape(await dependencies.askSource(appID, changed, 'validate'));
  },
});
