import { acceptWrite, type Operation } from '../application.ts';

/** `DELETE /1/indexes/{indexName}`: no error if there is none. */
export const deleteIndex: Operation = (application, { path }) => {
  const action = {
    action: 'delete',
    indexName: path.indexName,
    objectID: '',
    record: Buffer.alloc(0),
  } as const;
  const taskID = acceptWrite(application, { type: 'batch', actions: [action] });
  return { taskID, deletedAt: new Date().toISOString() };
};
