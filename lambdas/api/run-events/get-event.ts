import { NotFoundError } from '../../../core/foundation/errors.ts';
import { isID } from '../../../core/foundation/ids.ts';
import { defineOperation, INGESTION_RIGHTS } from '../define-operation.ts';
import { runEventShape, toRunEventShape } from './run-event-shape.ts';

/** Not bound to any window: an event of any age is found. */
export const getEvent = defineOperation({
  operationID: 'getEvent',
  method: 'GET',
  path: '/1/runs/{runID}/events/{eventID}',
  acl: INGESTION_RIGHTS,
  response: runEventShape,
  handle: async ({ appID, parameters: { runID, eventID } }, { runEventStore }) => {
    const isNamed = isID(runID) && isID(eventID);
    const event = isNamed ? await runEventStore.get(appID, runID, eventID) : undefined;
    if (event === undefined) throw new NotFoundError('event.not_found', 'This run has no event of that ID.');
    return toRunEventShape(event);
  },
});
