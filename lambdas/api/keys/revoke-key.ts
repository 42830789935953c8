import { toWireDate } from '../../../core/foundation/clock.ts';
import { defineOperation } from '../define-operation.ts';
import { deletedShape } from '../response-shapes.ts';

/** The key works on for as long as a process may go by what it read of it: less than a minute. */
export const revokeKey = defineOperation({
  operationID: 'revokeKey',
  method: 'DELETE',
  path: '/ext/1/keys/{keyID}',
  acl: ['admin'],
  response: deletedShape,
  handle: async ({ appID, parameters }, { keyStore }) => ({
    deletedAt: toWireDate(await keyStore.delete(appID, parameters.keyID)),
  }),
});
