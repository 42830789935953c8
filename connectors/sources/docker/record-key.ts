import { createHash } from 'node:crypto';
import { deriveID } from '../../../core/foundation/ids.ts';
import type { RejectedRecord } from '../../../core/records/rejected-record.ts';
import { readRecordID, type ScannedRecord } from '../json/json-record-writer.ts';
import { findMember } from './message-scanner.ts';
import type { SelectedStream } from './protocol.ts';

/** Makes the ids of one stream's records, as JSON text; or says why a record can have none. */
export type MakeID = (
  record: ScannedRecord,
  keyPaths: readonly (readonly string[])[],
) => Buffer | Pick<RejectedRecord, 'code' | 'message' | 'field'>;

/**
 * The id of a record is the values of its stream's key; where several streams go to one index (`isShared`), after the
 * stream's name. Without a key it is its own `objectID`, else derived from what the record holds: the same record gets
 * the same id in every run, wherever it stands.
 */
export function createMakeID(taskID: string, { stream }: SelectedStream, isShared: boolean): MakeID {
  const prefix = isShared ? `${stream.name}|` : '';
  return (record, keyPaths) => {
    if (keyPaths.length === 0) return ownID(record, prefix) ?? contentID(record, [taskID, stream.name]);
    const [[first = '', ...deeper] = [], ...more] = keyPaths;
    if (more.length === 0 && deeper.length === 0 && prefix === '') return simpleID(record, first);
    const parts: string[] = [];
    for (const path of keyPaths) {
      const value = valueAt(record, path);
      if (value === undefined) return missing(path.join('.'));
      parts.push(value.replaceAll(/[\\|]/gu, String.raw`\$&`));
    }
    return Buffer.from(JSON.stringify(prefix + parts.join('|')));
  };
}

function simpleID(record: ScannedRecord, name: string): ReturnType<MakeID> {
  const span = findMember(record.bytes, record.members, name);
  if (span === undefined) return missing(name);
  const id = readRecordID(record.bytes, span.start, span.end);
  if ('text' in id) return id.text;
  const text = record.bytes.toString('utf8', span.start, span.end);
  if (id.problem === 'missing' && (text === 'null' || text === '""')) return missing(name);
  // Booleans and structures are keys of some tables all the same.
  return Buffer.from(JSON.stringify(text));
}

function ownID(record: ScannedRecord, prefix: string): Buffer | undefined {
  const span = findMember(record.bytes, record.members, 'objectID');
  if (span === undefined) return undefined;
  const id = readRecordID(record.bytes, span.start, span.end);
  if (!('text' in id)) return undefined;
  return prefix === ''
    ? id.text
    : Buffer.from(JSON.stringify(prefix + String(JSON.parse(id.text.toString()))));
}

function contentID({ bytes, start, end }: ScannedRecord, parts: readonly string[]): Buffer {
  const digest = createHash('sha256').update(bytes.subarray(start, end)).digest('base64url');
  return Buffer.from(JSON.stringify(deriveID(...parts, digest)));
}

/** The value at a path as text: strings as they are, anything else as its JSON. */
function valueAt(
  { bytes, members }: ScannedRecord,
  [first = '', ...deeper]: readonly string[],
): string | undefined {
  const span = findMember(bytes, members, first);
  if (span === undefined) return undefined;
  const text = bytes.toString('utf8', span.start, span.end);
  if (deeper.length === 0 && text[0] !== '"') return text === 'null' ? undefined : text;
  let value: unknown = JSON.parse(text);
  for (const name of deeper) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.entries(value).find(([key]) => key === name)?.[1];
  }
  if (value === undefined || value === null || value === '') return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function missing(name: string): Pick<RejectedRecord, 'code' | 'message' | 'field'> {
  return {
    code: 'record.missing_id',
    field: name,
    message: `The record has no id: the attribute ${JSON.stringify(name)}, which is its stream's key, is missing, empty or null.`,
  };
}
