import * as z from 'zod';

import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { refuseDiscover } from './discover-refusal.ts';

/** The older way to ask, which waits for nothing. */
export const getDockerSourceStreams = defineOperation({
  operationID: 'getDockerSourceStreams',
  method: 'GET',
  path: '/1/sources/{sourceID}/discover',
  acl: INGESTION_RIGHTS,
  response: z.never(),
  handle: refuseDiscover,
});
