import { acceptWrite, type Operation } from '../application.ts';
import { readBatch } from '../batch/read-batch.ts';

// `POST` to the path `batch` of the index `*`: as `batch`, each action naming its index. One task id serves all indexes.
export const multipleBatch: Operation = (application, request) => {
  const actions = readBatch(request.body, undefined, application.faults);
  const taskID = acceptWrite(application, { type: 'batch', actions });
  return {
    taskID: Object.fromEntries(actions.map(({ indexName }) => [indexName, taskID])),
    objectIDs: actions.map(({ objectID }) => objectID).filter((objectID) => objectID !== ''),
  };
};
