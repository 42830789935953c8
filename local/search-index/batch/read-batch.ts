import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { AlgoliaError } from '../algolia-error.ts';
import type { Faults } from '../faults.ts';
import { JsonSyntaxError, readArray, readObject, skipValue, skipWhitespace } from '../json/json-scanner.ts';
import { decodeString, isSpelled } from '../json/json-string.ts';
import { createMember, joinMembers, splitMembers } from '../json/object-members.ts';
import { isActionName, type BatchAction } from './write.ts';
import { checkRecord } from './check-record.ts';

const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;

/** Where an action's parts lie in the body; -1 where there is none. */
interface ActionSpans {
  actionStart: number;
  actionEnd: number;
  indexStart: number;
  indexEnd: number;
  recordStart: number;
  recordEnd: number;
  idStart: number;
  idEnd: number;
}

/**
 * Reads the body of a batch request by scanning its bytes: records stay slices of `body`. Throws Algolia's 400 if an
 * action is unknown, an id is missing or a record cannot be taken, and `JsonSyntaxError` if the JSON is broken; then
 * nothing of it may be applied.
 */
export function readBatch(body: Buffer, defaultIndexName: string | undefined, faults: Faults): BatchAction[] {
  if (!isUtf8(body)) throw new AlgoliaError(400, 'Invalid UTF-8 in the body');
  const actions: BatchAction[] = [];
  let hasRequests = false;
  const end = readObject(body, skipWhitespace(body, 0), (keyStart, keyEnd, start) => {
    if (!isSpelled(body, keyStart, keyEnd, 'requests')) return skipValue(body, start);
    hasRequests = true;
    return readArray(body, start, (elementStart) => {
      const spans = createSpans();
      const elementEnd = scanAction(body, elementStart, spans);
      const action = createAction(body, spans, { position: actions.length, defaultIndexName });
      checkRecord(action, actions.length, faults);
      actions.push(action);
      return elementEnd;
    });
  });
  const rest = skipWhitespace(body, end);
  if (rest !== body.length) throw new JsonSyntaxError(rest);
  if (!hasRequests) throw new AlgoliaError(400, '"requests" attribute is missing');
  return actions;
}

function createSpans(): ActionSpans {
  return {
    actionStart: -1,
    actionEnd: -1,
    indexStart: -1,
    indexEnd: -1,
    recordStart: -1,
    recordEnd: -1,
    idStart: -1,
    idEnd: -1,
  };
}

function scanAction(body: Buffer, at: number, spans: ActionSpans): number {
  return readObject(body, at, (keyStart, keyEnd, start) => {
    if (isSpelled(body, keyStart, keyEnd, 'body')) return scanRecord(body, start, spans);
    const end = skipValue(body, start);
    if (body[start] !== QUOTE) return end;
    if (isSpelled(body, keyStart, keyEnd, 'action')) {
      spans.actionStart = start;
      spans.actionEnd = end;
    } else if (isSpelled(body, keyStart, keyEnd, 'indexName')) {
      spans.indexStart = start;
      spans.indexEnd = end;
    }
    return end;
  });
}

function scanRecord(body: Buffer, at: number, spans: ActionSpans): number {
  spans.idStart = -1;
  if (body[at] !== OPEN_BRACE) throw new JsonSyntaxError(at);
  const recordEnd = readObject(body, at, (keyStart, keyEnd, start) => {
    const end = skipValue(body, start);
    if (isSpelled(body, keyStart, keyEnd, 'objectID')) {
      spans.idStart = start;
      spans.idEnd = end;
    }
    return end;
  });
  spans.recordStart = at;
  spans.recordEnd = recordEnd;
  return recordEnd;
}

function createAction(
  body: Buffer,
  spans: ActionSpans,
  context: { position: number; defaultIndexName: string | undefined },
): BatchAction {
  const { position, defaultIndexName } = context;
  if (spans.actionStart < 0)
    throw new AlgoliaError(400, `Missing "action" at the position ${position}`, { position });
  const action = decodeString(body, spans.actionStart, spans.actionEnd);
  if (!isActionName(action)) throw new AlgoliaError(400, `Invalid action: ${action}`, { position });
  const indexName =
    defaultIndexName ?? (spans.indexStart < 0 ? '' : decodeString(body, spans.indexStart, spans.indexEnd));
  if (indexName === '')
    throw new AlgoliaError(400, `Missing "indexName" at the position ${position}`, { position });
  if (action === 'delete' || action === 'clear') {
    return { action, indexName, objectID: '', record: Buffer.alloc(0) };
  }
  if (spans.recordStart < 0)
    throw new AlgoliaError(400, `Missing "body" at the position ${position}`, { position });
  const record = body.subarray(spans.recordStart, spans.recordEnd);
  if (body[spans.idStart] === QUOTE) {
    return { action, indexName, objectID: decodeString(body, spans.idStart, spans.idEnd), record };
  }
  return { action, indexName, ...completeRecord(body, record, { spans, action, position }) };
}

/** Records without an id get one when they are added; an id that is an integer becomes a string. */
function completeRecord(
  body: Buffer,
  record: Buffer,
  context: { spans: ActionSpans; action: string; position: number },
): { objectID: string; record: Buffer } {
  const { spans, action, position } = context;
  const idText = spans.idStart < 0 ? '' : body.toString('utf8', spans.idStart, spans.idEnd);
  const isInteger = /^-?\d+$/.test(idText);
  if (!isInteger && (idText !== '' || action !== 'addObject')) {
    const problem = idText === '' ? 'Missing mandatory objectID parameter' : 'objectID must be a string';
    throw new AlgoliaError(400, `${problem} at the position ${position}`, { position });
  }
  const objectID = isInteger ? idText : randomUUID();
  const members = splitMembers(record);
  members.set('objectID', createMember('objectID', JSON.stringify(objectID)));
  return { objectID, record: joinMembers(members.values()) };
}
