import { defineOperation } from '../define-operation.ts';
import { keyShape, toKeyShape } from './key-shape.ts';

export const getKey = defineOperation({
  operationID: 'getKey',
  method: 'GET',
  path: '/ext/1/keys/{keyID}',
  acl: ['admin'],
  response: keyShape,
  handle: async ({ appID, parameters }, { keyStore, keyUses }) => {
    const key = await keyStore.get(appID, parameters.keyID);
    const lastUses = await keyUses.find(appID, [key.id]);
    return toKeyShape(key, lastUses.get(key.id));
  },
});
