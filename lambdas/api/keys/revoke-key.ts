import { toWireDate } from '../../../core/foundation/clock.ts';
import { defineOperation } from '../define-operation.ts';
import { deletedShape } from '../response-shapes.ts';

/** Other processes may go by what they read of the key for a few seconds more. */
export const revokeKey = defineOperation({
  operationID: 'revokeKey',
  method: 'DELETE',
  path: '/ext/1/keys/{keyID}',
  acl: ['admin'],
  response: deletedShape,
  handle: async ({ appID, parameters }, { keys }) => ({
    deletedAt: toWireDate(await keys.revoke(appID, parameters.keyID)),
  }),
});
