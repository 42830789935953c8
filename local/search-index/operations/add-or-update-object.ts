import { acceptWrite, type Operation } from '../application.ts';
import { readSingle } from '../batch/read-single.ts';

/** `PUT /1/indexes/{indexName}/{objectID}`: adds the record or puts it at the place of the old one. */
export const addOrUpdateObject: Operation = (application, request) => {
  const { indexName, objectID } = request.path;
  const action = readSingle(
    request.body,
    { action: 'updateObject', indexName, objectID },
    application.faults,
  );
  const taskID = acceptWrite(application, { type: 'batch', actions: [action] });
  return { taskID, objectID, updatedAt: new Date().toISOString() };
};
