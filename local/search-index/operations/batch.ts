import { acceptWrite, type Operation } from '../application.ts';
import { readBatch } from '../batch/read-batch.ts';

/** `POST /1/indexes/{indexName}/batch`: all of its actions, in order, or none. */
export const batch: Operation = (application, request) => {
  const actions = readBatch(request.body, request.path.indexName, application.faults);
  const taskID = acceptWrite(application, { type: 'batch', actions });
  return { taskID, objectIDs: actions.map(({ objectID }) => objectID).filter((objectID) => objectID !== '') };
};
