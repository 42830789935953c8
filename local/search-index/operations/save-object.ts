import { acceptWrite, type Operation } from '../application.ts';
import { readSingle } from '../batch/read-single.ts';

/** `POST /1/indexes/{indexName}`: adds a record, which gets an objectID if it has none. */
export const saveObject: Operation = (application, request) => {
  const { indexName } = request.path;
  const action = readSingle(request.body, { action: 'addObject', indexName }, application.faults);
  const taskID = acceptWrite(application, { type: 'batch', actions: [action] });
  return { taskID, objectID: action.objectID, createdAt: new Date().toISOString() };
};
