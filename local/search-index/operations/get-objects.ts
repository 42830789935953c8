import * as z from 'zod';
import { AlgoliaError } from '../algolia-error.ts';
import type { Operation } from '../application.ts';
import { createProjection } from '../search/retrieved-attributes.ts';
import { parseBody } from '../search/search-parameters.ts';

const bodySchema = z.object({
  requests: z.array(
    z.object({
      indexName: z.string(),
      objectID: z.string(),
      attributesToRetrieve: z.array(z.string()).optional(),
    }),
  ),
});

// `POST` to the path `objects` of the index `*`: records of any indexes as they were sent, `null` for those that are not there.
export const getObjects: Operation = ({ store }, request) => {
  const body = bodySchema.safeParse(parseBody(request.body));
  if (!body.success) throw new AlgoliaError(400, `Invalid requests: ${body.error.issues[0]?.path.join('.')}`);
  const results = body.data.requests.map(({ indexName, objectID, attributesToRetrieve }) => {
    const index = store.get(indexName);
    const record = index.table.get(objectID);
    return record
      ? createProjection(attributesToRetrieve, index.state.settings)(record).toString('utf8')
      : 'null';
  });
  return `{"results":[${results.join(',')}]}`;
};
