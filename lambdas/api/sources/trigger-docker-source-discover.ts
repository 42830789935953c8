import * as z from 'zod';

import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { refuseDiscover } from './discover-refusal.ts';

export const triggerDockerSourceDiscover = defineOperation({
  operationID: 'triggerDockerSourceDiscover',
  method: 'POST',
  path: '/1/sources/{sourceID}/discover',
  acl: INGESTION_RIGHTS,
  response: z.never(),
  handle: refuseDiscover,
});
