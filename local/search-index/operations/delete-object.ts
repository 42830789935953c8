import { acceptWrite, type Operation } from '../application.ts';

/** `DELETE /1/indexes/{indexName}/{objectID}`: no error if there is none. */
export const deleteObject: Operation = (application, { path }) => {
  const { indexName, objectID } = path;
  const action = { action: 'deleteObject', indexName, objectID, record: Buffer.alloc(0) } as const;
  const taskID = acceptWrite(application, { type: 'batch', actions: [action] });
  return { taskID, deletedAt: new Date().toISOString() };
};
