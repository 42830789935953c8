import { acceptWrite, type Operation } from '../application.ts';

/** `POST /1/indexes/{indexName}/clear`: settings, rules and synonyms stay. */
export const clearObjects: Operation = (application, { path }) => {
  const action = {
    action: 'clear',
    indexName: path.indexName,
    objectID: '',
    record: Buffer.alloc(0),
  } as const;
  const taskID = acceptWrite(application, { type: 'batch', actions: [action] });
  return { taskID, updatedAt: new Date().toISOString() };
};
