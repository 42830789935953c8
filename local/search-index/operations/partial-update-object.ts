import { acceptWrite, type Operation } from '../application.ts';
import { readSingle } from '../batch/read-single.ts';

/** `POST /1/indexes/{indexName}/{objectID}/partial?createIfNotExists=` */
export const partialUpdateObject: Operation = (application, request) => {
  const { indexName, objectID } = request.path;
  const isCreating = request.query.get('createIfNotExists') !== 'false';
  const action = isCreating ? 'partialUpdateObject' : 'partialUpdateObjectNoCreate';
  const update = readSingle(request.body, { action, indexName, objectID }, application.faults);
  const taskID = acceptWrite(application, { type: 'batch', actions: [update] });
  return { taskID, objectID, updatedAt: new Date().toISOString() };
};
