import { AlgoliaError } from '../algolia-error.ts';
import type { Faults } from '../faults.ts';
import { createMember, joinMembers, splitMembers } from '../json/object-members.ts';
import { readBatch } from './read-batch.ts';
import type { ActionName, BatchAction } from './write.ts';

/** Reads a body that is one record, checked as in a batch; an objectID of the path goes before the record's own. */
export function readSingle(
  body: Buffer,
  target: { action: ActionName; indexName: string; objectID?: string },
  faults: Faults,
): BatchAction {
  const start = Buffer.from(`{"requests":[{"action":"${target.action}","body":`);
  const [action] = readBatch(
    Buffer.concat([start, withID(body, target.objectID), Buffer.from('}]}')]),
    target.indexName,
    faults,
  );
  if (!action) throw new AlgoliaError(400, 'Invalid JSON payload: expected an object');
  return action;
}

function withID(body: Buffer, objectID: string | undefined): Buffer {
  if (objectID === undefined) return body;
  const members = splitMembers(body);
  const own = members.get('objectID');
  const spelled = JSON.stringify(objectID);
  if (own?.valueText === spelled) return body;
  members.set('objectID', createMember('objectID', spelled));
  return joinMembers(members.values());
}
