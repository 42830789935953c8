import { AlgoliaError } from '../algolia-error.ts';
import { acceptWrite, type Operation } from '../application.ts';
import { hasFilters } from '../search/record-filter.ts';
import { parseBody, readRawParameters } from '../search/search-parameters.ts';

/** `POST /1/indexes/{indexName}/deleteByQuery`: the records that match when the task is published. */
export const deleteBy: Operation = (application, request) => {
  const parameters = readRawParameters(parseBody(request.body));
  if (!hasFilters(parameters)) throw new AlgoliaError(400, 'deleteBy needs at least one filter');
  const taskID = acceptWrite(application, {
    type: 'deleteBy',
    indexName: request.path.indexName,
    parameters,
  });
  return { taskID, updatedAt: new Date().toISOString() };
};
