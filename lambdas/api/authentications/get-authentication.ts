import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { authenticationShape, toAuthenticationShape } from './authentication-shape.ts';

export const getAuthentication = defineOperation({
  operationID: 'getAuthentication',
  method: 'GET',
  path: '/1/authentications/{authenticationID}',
  acl: INGESTION_RIGHTS,
  response: authenticationShape,
  handle: async ({ appID, parameters }, { authenticationStore }) =>
    toAuthenticationShape(await authenticationStore.get(appID, parameters.authenticationID)),
});
