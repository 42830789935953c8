import { AlgoliaError } from './algolia-error.ts';
import { acceptWrite, type Application, type OperationRequest, type Reply } from './application.ts';
import type { CompanionKind } from './batch/write.ts';
import { isJsonObject, parseObject, type JsonObject } from './json/json-value.ts';
import { parseBody, parseBodyValue } from './search/search-parameters.ts';

/** What rules and synonyms have in common; the operations name which of the two they mean. */
export function saveCompanion(
  kind: CompanionKind,
  application: Application,
  request: OperationRequest,
): Reply {
  const { indexName, objectID } = request.path;
  const text = JSON.stringify({ ...parseBody(request.body), objectID });
  const items = [{ objectID, text }];
  const taskID = acceptWrite(application, {
    type: 'saveCompanions',
    indexName,
    kind,
    replaceAll: false,
    items,
  });
  return { taskID, id: objectID, updatedAt: new Date().toISOString() };
}

/** `replaceParameter` names the query parameter that asks for the others to be removed. */
export function saveCompanions(
  options: { kind: CompanionKind; replaceParameter: string },
  application: Application,
  request: OperationRequest,
): Reply {
  const { kind, replaceParameter } = options;
  const list = parseBodyValue(request.body);
  if (!Array.isArray(list)) throw new AlgoliaError(400, `Expected a list of ${kind}`);
  const items = list.map((item) => {
    if (!isJsonObject(item) || typeof item['objectID'] !== 'string') {
      throw new AlgoliaError(400, `Each of the ${kind} needs an objectID`);
    }
    return { objectID: item['objectID'], text: JSON.stringify(item) };
  });
  const replaceAll = request.query.get(replaceParameter) === 'true';
  const { indexName } = request.path;
  const taskID = acceptWrite(application, { type: 'saveCompanions', indexName, kind, replaceAll, items });
  return { taskID, updatedAt: new Date().toISOString() };
}

export function getCompanion(
  kind: CompanionKind,
  application: Application,
  request: OperationRequest,
): Reply {
  const { indexName, objectID } = request.path;
  const text = application.store.get(indexName).companions.get(kind, objectID);
  if (text === undefined) throw new AlgoliaError(404, 'ObjectID does not exist');
  return text;
}

export function deleteCompanion(
  kind: CompanionKind,
  application: Application,
  request: OperationRequest,
): Reply {
  const { indexName, objectID } = request.path;
  const taskID = acceptWrite(application, { type: 'deleteCompanion', indexName, kind, objectID });
  return { taskID, deletedAt: new Date().toISOString() };
}

export function clearCompanions(
  kind: CompanionKind,
  application: Application,
  request: OperationRequest,
): Reply {
  const taskID = acceptWrite(application, {
    type: 'clearCompanions',
    indexName: request.path.indexName,
    kind,
  });
  return { taskID, updatedAt: new Date().toISOString() };
}

/** The ones whose text holds the query, page by page. */
export function searchCompanions(
  kind: CompanionKind,
  application: Application,
  request: OperationRequest,
): Reply {
  const parameters = parseBody(request.body);
  const query = readText(parameters, 'query').toLowerCase();
  const type = readText(parameters, 'type');
  const page = readCount(parameters, 'page', 0);
  const hitsPerPage = Math.max(1, readCount(parameters, 'hitsPerPage', kind === 'rules' ? 20 : 100));
  const found = application.store
    .get(request.path.indexName)
    .companions.list(kind)
    .filter((text) => text.toLowerCase().includes(query))
    .filter(
      (text) => type === '' || type.split(',').includes(String(parseObject(Buffer.from(text))['type'])),
    );
  const hits = found.slice(page * hitsPerPage, (page + 1) * hitsPerPage);
  const rest = { nbHits: found.length, page, nbPages: Math.ceil(found.length / hitsPerPage) };
  return `{"hits":[${hits.join(',')}],${JSON.stringify(rest).slice(1)}`;
}

function readText(parameters: JsonObject, name: string): string {
  const value = parameters[name];
  return typeof value === 'string' ? value : '';
}

function readCount(parameters: JsonObject, name: string, otherwise: number): number {
  const value = parameters[name];
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : otherwise;
}
