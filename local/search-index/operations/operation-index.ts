import * as z from 'zod';
import { AlgoliaError } from '../algolia-error.ts';
import { acceptWrite, type Operation } from '../application.ts';
import { parseBody } from '../search/search-parameters.ts';

const bodySchema = z.object({
  operation: z.enum(['copy', 'move']),
  destination: z.string().min(1),
  scope: z.array(z.enum(['settings', 'rules', 'synonyms'])).nullish(),
});

/** `POST /1/indexes/{indexName}/operation`: `scope` concerns copies only, as at Algolia. */
export const operationIndex: Operation = (application, request) => {
  const body = bodySchema.safeParse(parseBody(request.body));
  if (!body.success)
    throw new AlgoliaError(400, `Invalid operation: ${body.error.issues[0]?.path.join('.')}`);
  const { operation, destination, scope } = body.data;
  const source = request.path.indexName;
  const taskID =
    operation === 'move'
      ? acceptWrite(application, { type: 'move', source, destination })
      : acceptWrite(application, { type: 'copy', source, destination, scopes: scope ?? undefined });
  return { taskID, updatedAt: new Date().toISOString() };
};
