import * as z from 'zod';

import { freeObject, texts } from '../../../core/foundation/bounded-schemas.ts';
import { InvalidInputError } from '../../../core/foundation/errors.ts';
import { hasEntities, describeMissingConnector } from '../../../core/sources/source-types.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';

/** Only e-commerce sources know single entities, and none of their connectors is there yet. */
export const runSource = defineOperation({
  operationID: 'runSource',
  method: 'POST',
  path: '/1/sources/{sourceID}/run',
  acl: INGESTION_RIGHTS,
  body: z
    .object({
      indexToInclude: texts.optional(),
      indexToExclude: texts.optional(),
      entityIDs: texts.optional(),
      entityType: z.enum(['product', 'collection']).optional(),
      runMetadata: freeObject.optional(),
    })
    .nullish(),
  response: z.never(),
  handle: async ({ appID, parameters }, { sourceStore }) => {
    const { body } = await sourceStore.get(appID, parameters.sourceID);
    throw new InvalidInputError(
      'source.run_unsupported',
      hasEntities(body.type)
        ? `The source cannot be run: ${describeMissingConnector(body.type)}.`
        : `Only sources of type bigcommerce, commercetools and shopify can be run by themselves; run the tasks of a source of type ${body.type} instead.`,
    );
  },
});
