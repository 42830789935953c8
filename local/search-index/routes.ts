import { addOrUpdateObject } from './operations/add-or-update-object.ts';
import { batch } from './operations/batch.ts';
import { browse } from './operations/browse.ts';
import { clearObjects } from './operations/clear-objects.ts';
import { clearRules } from './operations/clear-rules.ts';
import { clearSynonyms } from './operations/clear-synonyms.ts';
import { deleteBy } from './operations/delete-by.ts';
import { deleteIndex } from './operations/delete-index.ts';
import { deleteObject } from './operations/delete-object.ts';
import { deleteRule } from './operations/delete-rule.ts';
import { deleteSynonym } from './operations/delete-synonym.ts';
import { getApiKey } from './operations/get-api-key.ts';
import { getObject } from './operations/get-object.ts';
import { getObjects } from './operations/get-objects.ts';
import { getRule } from './operations/get-rule.ts';
import { getSettings } from './operations/get-settings.ts';
import { getSynonym } from './operations/get-synonym.ts';
import { getTask } from './operations/get-task.ts';
import { listIndices } from './operations/list-indices.ts';
import { multipleBatch } from './operations/multiple-batch.ts';
import { operationIndex } from './operations/operation-index.ts';
import { partialUpdateObject } from './operations/partial-update-object.ts';
import { saveObject } from './operations/save-object.ts';
import { saveRule } from './operations/save-rule.ts';
import { saveRules } from './operations/save-rules.ts';
import { saveSynonym } from './operations/save-synonym.ts';
import { saveSynonyms } from './operations/save-synonyms.ts';
import { searchRules } from './operations/search-rules.ts';
import { searchSingleIndex } from './operations/search-single-index.ts';
import { searchSynonyms } from './operations/search-synonyms.ts';
import { search } from './operations/search.ts';
import { setSettings } from './operations/set-settings.ts';
import type { Route } from './router.ts';

const INDEX = '/1/indexes/:indexName';

/** Every operation that the local index has; the first that fits answers, so literal paths come first. */
export const routes: readonly Route[] = [
  { method: 'POST', path: '/1/indexes/*/batch', operation: multipleBatch, kind: 'write' },
  { method: 'POST', path: '/1/indexes/*/queries', operation: search, kind: 'read' },
  { method: 'POST', path: '/1/indexes/*/objects', operation: getObjects, kind: 'read' },
  { method: 'GET', path: '/1/indexes', operation: listIndices, kind: 'read' },
  { method: 'GET', path: '/1/keys/:key', operation: getApiKey, kind: 'read' },
  { method: 'POST', path: `${INDEX}/batch`, operation: batch, kind: 'batch' },
  { method: 'POST', path: `${INDEX}/query`, operation: searchSingleIndex, kind: 'read' },
  { method: 'POST', path: `${INDEX}/browse`, operation: browse, kind: 'read' },
  { method: 'GET', path: `${INDEX}/browse`, operation: browse, kind: 'read' },
  { method: 'POST', path: `${INDEX}/operation`, operation: operationIndex, kind: 'write' },
  { method: 'POST', path: `${INDEX}/clear`, operation: clearObjects, kind: 'write' },
  { method: 'POST', path: `${INDEX}/deleteByQuery`, operation: deleteBy, kind: 'write' },
  { method: 'GET', path: `${INDEX}/task/:taskID`, operation: getTask, kind: 'read' },
  { method: 'GET', path: `${INDEX}/settings`, operation: getSettings, kind: 'read' },
  { method: 'PUT', path: `${INDEX}/settings`, operation: setSettings, kind: 'write' },
  { method: 'POST', path: `${INDEX}/rules/batch`, operation: saveRules, kind: 'write' },
  { method: 'POST', path: `${INDEX}/rules/clear`, operation: clearRules, kind: 'write' },
  { method: 'POST', path: `${INDEX}/rules/search`, operation: searchRules, kind: 'read' },
  { method: 'PUT', path: `${INDEX}/rules/:objectID`, operation: saveRule, kind: 'write' },
  { method: 'GET', path: `${INDEX}/rules/:objectID`, operation: getRule, kind: 'read' },
  { method: 'DELETE', path: `${INDEX}/rules/:objectID`, operation: deleteRule, kind: 'write' },
  { method: 'POST', path: `${INDEX}/synonyms/batch`, operation: saveSynonyms, kind: 'write' },
  { method: 'POST', path: `${INDEX}/synonyms/clear`, operation: clearSynonyms, kind: 'write' },
  { method: 'POST', path: `${INDEX}/synonyms/search`, operation: searchSynonyms, kind: 'read' },
  { method: 'PUT', path: `${INDEX}/synonyms/:objectID`, operation: saveSynonym, kind: 'write' },
  { method: 'GET', path: `${INDEX}/synonyms/:objectID`, operation: getSynonym, kind: 'read' },
  { method: 'DELETE', path: `${INDEX}/synonyms/:objectID`, operation: deleteSynonym, kind: 'write' },
  { method: 'POST', path: `${INDEX}/:objectID/partial`, operation: partialUpdateObject, kind: 'write' },
  { method: 'POST', path: INDEX, operation: saveObject, kind: 'write' },
  { method: 'DELETE', path: INDEX, operation: deleteIndex, kind: 'write' },
  { method: 'GET', path: `${INDEX}/:objectID`, operation: getObject, kind: 'read' },
  { method: 'PUT', path: `${INDEX}/:objectID`, operation: addOrUpdateObject, kind: 'write' },
  { method: 'DELETE', path: `${INDEX}/:objectID`, operation: deleteObject, kind: 'write' },
];
