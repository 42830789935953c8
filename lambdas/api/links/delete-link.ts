import { toWireDate } from '../../../core/foundation/clock.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { deletedShape } from '../response-shapes.ts';

/** The copied tasks go soon after; their runs and events stay for their time. */
export const deleteLink = defineOperation({
  operationID: 'deleteLink',
  method: 'DELETE',
  path: '/ext/1/links/{linkID}',
  acl: INGESTION_RIGHTS,
  response: deletedShape,
  handle: async ({ appID, parameters }, { links }) => ({
    deletedAt: toWireDate(await links.delete(appID, parameters.linkID)),
  }),
});
