import { OBJECT_ID_OFFSET, type RecordBatch } from '../records/record-batch.ts';

/** One pushed record: whatever was sent, under an id. */
export type PushedRecord = Readonly<Record<string, unknown>> & { readonly objectID: string };

const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The payload of a push: a record per line, each beginning with its objectID as a `RecordBatch` asks for. */
export function toPayload(records: readonly PushedRecord[]): Buffer {
  return Buffer.from(records.map((record) => `${toLine(record)}\n`).join(''));
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
    idEnds.push(length + endOfString(lines, at + OBJECT_ID_OFFSET) - at);
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

/** JSON never has a line feed of its own. The id goes first by hand: members that look like numbers would precede it. */
function toLine({ objectID, ...rest }: PushedRecord): string {
  const members = JSON.stringify(rest).slice(1);
  return `{"objectID":${JSON.stringify(objectID)}${members === '}' ? '' : ','}${members}`;
}

/** After the closing quote of the string that begins at `at`. */
function endOfString(bytes: Buffer, at: number): number {
  let position = at + 1;
  while (bytes[position] !== QUOTE) position += bytes[position] === BACKSLASH ? 2 : 1;
  return position + 1;
}
