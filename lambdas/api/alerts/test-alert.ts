import * as z from 'zod';

import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { deliveryShape, toDeliveryShape } from '../incidents/delivery-shape.ts';

/** Sends a test now, through every channel that is on, and says what each answered. One attempt each, no retries. */
export const testAlert = defineOperation({
  operationID: 'testAlert',
  method: 'POST',
  path: '/ext/1/alerts/{alertID}/test',
  acl: INGESTION_RIGHTS,
  response: z.object({ deliveries: z.array(deliveryShape) }),
  handle: async ({ appID, parameters, freshID }, { alertStore, testAlert }) => {
    const alert = await alertStore.get(appID, parameters.alertID);
    return { deliveries: (await testAlert(appID, alert, freshID)).map(toDeliveryShape) };
  },
});
