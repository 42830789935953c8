import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { linkShape, toLinkShape } from './link-shape.ts';

export const getLink = defineOperation({
  operationID: 'getLink',
  method: 'GET',
  path: '/ext/1/links/{linkID}',
  acl: INGESTION_RIGHTS,
  response: linkShape,
  handle: async ({ appID, parameters }, { linkStore, links }) => {
    const link = await linkStore.get(appID, parameters.linkID);
    const [described = { link, state: undefined }] = await links.describe(appID, [link]);
    return toLinkShape(described);
  },
});
