import { AlgoliaError } from '../algolia-error.ts';
import type { Operation } from '../application.ts';

/** `GET /1/indexes/{indexName}/task/{taskID}`: published once the write and all before it are visible. */
export const getTask: Operation = ({ queue }, { path }) => {
  if (!/^\d{1,15}$/u.test(path.taskID)) throw new AlgoliaError(400, `Invalid taskID: ${path.taskID}`);
  const isPublished = queue.isPublished(Number(path.taskID));
  return { status: isPublished ? 'published' : 'notPublished', pendingTask: !isPublished };
};
