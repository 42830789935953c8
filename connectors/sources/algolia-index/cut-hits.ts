import { BatchBuilder } from '../../../core/records/batch-builder.ts';
import { INVALID, JsonScanner } from '../../../core/records/json-scanner.ts';
import type { RecordBytes } from '../../paged/object-batch.ts';
import { JsonMembers } from '../json/json-members.ts';
import { readRecordID, writeRecord } from '../json/json-record-writer.ts';

const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;

/** An answer in two parts: its records, byte for byte, and all else as the JSON that is left, with `hits` empty. */
export interface CutAnswer {
  readonly hits: readonly RecordBytes[];
  readonly rest: string;
}

/** Cuts the records out of a browse's answer; `undefined` where it is not such an answer. */
export function cutHits(answer: Buffer): CutAnswer | undefined {
  const bytes = Buffer.concat([answer, Buffer.from('"')]);
  const scanner = new JsonScanner(bytes, answer.length, true);
  const start = scanner.skipSpace(0);
  const members = new JsonMembers('hits');
  if (bytes[start] !== OPEN_OBJECT || members.scan(scanner, start) < 0 || members.idMember < 0)
    return undefined;
  const from = members.valueStarts[members.idMember] ?? 0;
  const to = members.valueEnds[members.idMember] ?? 0;
  const hits = bytes[from] === OPEN_ARRAY ? new HitReader(scanner).read(from + 1) : undefined;
  if (hits === undefined) return undefined;
  return { hits, rest: `${bytes.toString('utf8', 0, from)}[]${bytes.toString('utf8', to, answer.length)}` };
}

/** Reads the elements of an array that is JSON. */
class HitReader {
  readonly #scanner: JsonScanner;
  readonly #members = new JsonMembers('objectID');
  readonly #records = new BatchBuilder({ maxRecords: Infinity, maxBytes: Infinity });
  readonly #objectIDs: string[] = [];

  constructor(scanner: JsonScanner) {
    this.#scanner = scanner;
  }

  /** `undefined` where an element is no record. */
  read(at: number): readonly RecordBytes[] | undefined {
    const scanner = this.#scanner;
    const { bytes } = scanner;
    let position = scanner.skipSpace(at);
    while (bytes[position] !== CLOSE_ARRAY) {
      const end = bytes[position] === OPEN_OBJECT ? this.#members.scan(scanner, position) : INVALID;
      if (end < 0 || !this.#take(position, end)) return undefined;
      position = scanner.skipSpace(end);
      if (bytes[position] === COMMA) position = scanner.skipSpace(position + 1);
    }
    const { bytes: records, ends } = this.#records.seal({}, 0);
    const json = Buffer.from(records.buffer, records.byteOffset, records.length);
    return this.#objectIDs.map((objectID, index) => ({
      objectID,
      json: json.subarray(index === 0 ? 0 : ends[index - 1], ends[index]),
    }));
  }

  #take(start: number, end: number): boolean {
    const { bytes } = this.#scanner;
    const members = this.#members;
    const { objectIDMember, valueStarts, valueEnds } = members;
    if (objectIDMember < 0) return false;
    const id = readRecordID(bytes, valueStarts[objectIDMember] ?? 0, valueEnds[objectIDMember] ?? 0);
    if ('problem' in id) return false;
    this.#objectIDs.push(String(JSON.parse(id.text.toString())));
    return writeRecord({ bytes, start, end, members }, id.text, this.#records, this.#objectIDs.length);
  }
}
