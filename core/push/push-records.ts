import type { RecordBatch } from '../records/record-batch.ts';
import { endOfObjectID, toRecordJson, type IdentifiedRecord } from '../records/record-json.ts';

/** One pushed record: whatever was sent, under an id. */
export type PushedRecord = IdentifiedRecord;

const LINE_FEED = 0x0a;

/**
 * The payload of a push: a record per line (JSON never has a line feed of its own), each beginning with its objectID as a
 * `RecordBatch` asks for.
 */
export function toPayload(records: readonly PushedRecord[]): Buffer {
  return Buffer.from(records.map((record) => `${toRecordJson(record)}\n`).join(''));
}

/** The records of a payload, without copying more than they are. */
export function readPayload(payload: Uint8Array): RecordBatch {
  const lines = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const bytes = Buffer.allocUnsafe(lines.length);
  const ends: number[] = [];
  const idEnds: number[] = [];
  let length = 0;
  for (let at = 0; at < lines.length;) {
    const end = lines.indexOf(LINE_FEED, at);
    if (end < 0) throw new Error('The payload of a push is cut');
    idEnds.push(length + endOfObjectID(lines, at) - at);
    length += lines.copy(bytes, length, at, end);
    ends.push(length);
    at = end + 1;
  }
  return {
    bytes: bytes.subarray(0, length),
    ends: Uint32Array.from(ends),
    idEnds: Uint32Array.from(idEnds),
    count: ends.length,
    firstPosition: 1,
    rejected: [],
    cursor: {},
    sourceBytesRead: payload.byteLength,
  };
}
