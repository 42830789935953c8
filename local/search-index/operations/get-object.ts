import { AlgoliaError } from '../algolia-error.ts';
import type { Operation } from '../application.ts';
import { createProjection } from '../search/retrieved-attributes.ts';

/** `GET /1/indexes/{indexName}/{objectID}?attributesToRetrieve=`: the record as it was sent. */
export const getObject: Operation = ({ store }, { path, query }) => {
  const index = store.get(path.indexName);
  const record = index.table.get(path.objectID);
  if (!record) throw new AlgoliaError(404, 'ObjectID does not exist');
  const project = createProjection(query.get('attributesToRetrieve') ?? undefined, index.state.settings);
  return project(record);
};
