import type { BatchBuilder } from '../../../core/records/batch-builder.ts';
import { OBJECT_ID_OFFSET, RECORD_OPENING } from '../../../core/records/record-batch.ts';
import { describeKind } from './describe-kind.ts';
import type { JsonMembers } from './json-members.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const BACKSLASH = 0x5c;
const CLOSE_OBJECT = 0x7d;
const OBJECT_ID_PREFIX = Buffer.from(RECORD_OPENING);

/** The id of a record as JSON text, or why it has none that can be used. */
export type RecordID =
  | { readonly text: Buffer }
  | { readonly problem: 'missing' }
  | { readonly problem: 'type'; readonly found: string };

/** Reads the id at `start`: a string as it is, a number as its text in quotes. */
export function readRecordID(bytes: Buffer, start: number, end: number): RecordID {
  const first = bytes[start] ?? 0;
  if (first === QUOTE) {
    if (end - start === 2) return { problem: 'missing' };
    const text = bytes.subarray(start, end);
    // One id must be one text, or duplicates would not be seen: "\u0041" is "A".
    return {
      text: text.includes(BACKSLASH) ? Buffer.from(JSON.stringify(JSON.parse(text.toString()))) : text,
    };
  }
  if (first === MINUS || (first >= 0x30 && first <= 0x39)) {
    return { text: Buffer.from(`"${bytes.toString('latin1', start, end)}"`) };
  }
  if (first === 0x6e) return { problem: 'missing' };
  return { problem: 'type', found: describeKind(first) };
}

/** What was read and how: the object `bytes[start .. end)` and its members. */
export interface ScannedRecord {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly members: JsonMembers;
}

/**
 * Writes the record with `id` as its first member `objectID`, all others byte for byte as they came. False when it does
 * not fit into the batch any more.
 */
export function writeRecord(
  record: ScannedRecord,
  id: Buffer,
  batch: BatchBuilder,
  position: number,
): boolean {
  const { bytes, start, end } = record;
  batch.reserve(end - start + id.length + OBJECT_ID_PREFIX.length + 2);
  const from = batch.length;
  const idEnd = from + OBJECT_ID_OFFSET + id.length;
  if (beginsWithID(record, id)) {
    bytes.copy(batch.bytes, from, start, end);
    return batch.commit(from + end - start, idEnd, position);
  }
  OBJECT_ID_PREFIX.copy(batch.bytes, from);
  id.copy(batch.bytes, from + OBJECT_ID_OFFSET);
  const to = copyMembers(record, batch.bytes, idEnd);
  batch.bytes[to] = CLOSE_OBJECT;
  return batch.commit(to + 1, idEnd, position);
}

/** The record already is what it has to become. */
function beginsWithID({ bytes, start, members }: ScannedRecord, id: Buffer): boolean {
  return (
    members.objectIDMember === 0 &&
    !members.hasRemoved &&
    members.nameStarts[0] === start + 1 &&
    members.valueStarts[0] === start + OBJECT_ID_OFFSET &&
    members.idMember === 0 &&
    // The same bytes, not other ones of a memory that both lie in.
    id.buffer === bytes.buffer &&
    id.byteOffset === bytes.byteOffset + start + OBJECT_ID_OFFSET
  );
}

/** Copies all members but `objectID` and what was written twice, in as few pieces as possible. */
function copyMembers({ bytes, members }: ScannedRecord, target: Buffer, from: number): number {
  let to = from;
  let member = 0;
  while (member < members.count) {
    if (isLeftOut(members, member)) {
      member += 1;
      continue;
    }
    const first = member;
    while (member + 1 < members.count && !isLeftOut(members, member + 1)) member += 1;
    target[to] = COMMA;
    to += 1 + bytes.copy(target, to + 1, members.nameStarts[first], members.valueEnds[member]);
    member += 1;
  }
  return to;
}

function isLeftOut(members: JsonMembers, member: number): boolean {
  return member === members.objectIDMember || members.removed[member] === 1;
}
