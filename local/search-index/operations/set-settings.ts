import { acceptWrite, type Operation } from '../application.ts';
import { parseBody } from '../search/search-parameters.ts';

/** `PUT /1/indexes/{indexName}/settings`: what is not named stays, `null` puts a default back. */
export const setSettings: Operation = (application, request) => {
  const settings = parseBody(request.body);
  const taskID = acceptWrite(application, {
    type: 'setSettings',
    indexName: request.path.indexName,
    settings,
  });
  return { taskID, updatedAt: new Date().toISOString() };
};
