import { parseAttributePath, type PathPlace } from './attribute-path.ts';
import { BatchBuilder } from './batch-builder.ts';
import { JsonScanner } from './json-scanner.ts';
import { positionOf, type RecordBatch } from './record-batch.ts';

const SPACE = 0x20;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

type Places = readonly PathPlace[];

/** No path leads on from here. */
const NOWHERE: Places = [];

/**
 * Takes attributes out of records as they are, in bytes: what stays is not written anew, and a batch in which nothing is
 * named is the same batch. What a record does not have is passed over, and `objectID` always stays. To apply it twice is to
 * apply it once.
 */
export class AttributeExclusion {
  /** As they were given. */
  readonly paths: ReadonlySet<string>;
  readonly #places: Places;
  readonly #builder = new BatchBuilder({ maxRecords: Infinity, maxBytes: Infinity });
  readonly #scanner = new JsonScanner(Buffer.from('"'), 0, true);
  /** What is to go of the batch at hand: beginning, end, beginning, end, in their order. */
  #cuts: number[] = [];

  constructor(paths: readonly string[]) {
    this.paths = new Set(paths);
    this.#places = paths.map(parseAttributePath);
  }

  apply(batch: RecordBatch): RecordBatch {
    if (batch.isDeletion === true) return batch;
    const { bytes, ends, idEnds, count } = batch;
    const scanner = this.#scanner;
    scanner.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    scanner.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#cuts = [];
    for (let index = 0; index < count; index += 1) {
      scanner.end = ends[index] ?? 0;
      // After the objectID, which is never looked at.
      this.#scanMembers(idEnds[index] ?? 0, this.#places, true);
    }
    return this.#cuts.length === 0 ? batch : this.#write(batch);
  }

  /** `at` is after the opening brace, or after a member that stays. Returns where the object ends. */
  #scanMembers(at: number, places: Places, isAfterMember: boolean): number {
    const { bytes } = this.#scanner;
    let stays = isAfterMember;
    // Where the first member begins that goes, while none stays before it: the comma after it goes with it.
    let leading = -1;
    let end = at;
    for (;;) {
      let position = this.#skipSpace(end);
      if (bytes[position] === COMMA) position = this.#skipSpace(position + 1);
      if (bytes[position] === CLOSE_OBJECT) {
        if (leading >= 0) this.#cut(leading, end);
        return position + 1;
      }
      const nameEnd = ended(this.#scanner.skipString(position));
      const next = this.#follow(position, nameEnd, places);
      const valueStart = this.#skipSpace(this.#skipSpace(nameEnd) + 1);
      if (next === undefined) {
        const valueEnd = this.#scanValue(valueStart, NOWHERE);
        if (stays) this.#cut(end, valueEnd);
        else if (leading < 0) leading = position;
        end = valueEnd;
      } else {
        if (leading >= 0) this.#cut(leading, position);
        leading = -1;
        stays = true;
        end = this.#scanValue(valueStart, next);
      }
    }
  }

  #scanElements(at: number, places: Places): number {
    const { bytes } = this.#scanner;
    let position = this.#skipSpace(at + 1);
    for (let index = 0; bytes[position] !== CLOSE_ARRAY; index += 1) {
      const next: PathPlace[] = [];
      for (const { element } of places) {
        if (element !== undefined && (element.index ?? index) === index) next.push(element.next);
      }
      position = this.#skipSpace(this.#scanValue(position, next));
      if (bytes[position] === COMMA) position = this.#skipSpace(position + 1);
    }
    return position + 1;
  }

  /** Returns where the value at `at` ends. */
  #scanValue(at: number, places: Places): number {
    if (places.length > 0) {
      const byte = this.#scanner.bytes[at];
      if (byte === OPEN_OBJECT) return this.#scanMembers(at + 1, places, false);
      if (byte === OPEN_ARRAY) return this.#scanElements(at, places);
    }
    return ended(this.#scanner.skipValue(at, 0));
  }

  /** Where paths go on within the member of that name, quotes included; `undefined` where one ends: the member is to go. */
  #follow(start: number, end: number, places: Places): Places | undefined {
    const { bytes, escaped } = this.#scanner;
    if (escaped) {
      const name = Buffer.from(String(JSON.parse(bytes.toString('utf8', start, end))));
      return follow(places, name, 0, name.length);
    }
    return follow(places, bytes, start + 1, end - 1);
  }

  #skipSpace(at: number): number {
    return (this.#scanner.bytes[at] ?? 0) > SPACE ? at : this.#scanner.skipSpace(at);
  }

  #cut(from: number, to: number): void {
    if (this.#cuts.at(-1) === from) this.#cuts.pop();
    else this.#cuts.push(from);
    this.#cuts.push(to);
  }

  #write(batch: RecordBatch): RecordBatch {
    const { bytes } = this.#scanner;
    const builder = this.#builder;
    builder.reserve(bytes.length);
    let at = 0;
    let cut = 0;
    for (let index = 0; index < batch.count; index += 1) {
      const idLength = (batch.idEnds[index] ?? 0) - at;
      const recordEnd = batch.ends[index] ?? 0;
      let to = builder.length;
      const idEnd = to + idLength;
      while ((this.#cuts[cut] ?? Infinity) < recordEnd) {
        to += bytes.copy(builder.bytes, to, at, this.#cuts[cut]);
        at = this.#cuts[cut + 1] ?? recordEnd;
        cut += 2;
      }
      to += bytes.copy(builder.bytes, to, at, recordEnd);
      at = recordEnd;
      builder.commit(to, idEnd, positionOf(batch, index));
    }
    const { rejected: _none, ...written } = builder.seal(batch.cursor, batch.sourceBytesRead);
    batch.release?.();
    return { ...batch, ...written };
  }
}

function follow(places: Places, bytes: Buffer, start: number, end: number): Places | undefined {
  let following: PathPlace[] | undefined;
  for (const { names } of places) {
    for (const { bytes: name, next } of names) {
      if (name.length !== end - start || !isAt(bytes, start, name)) continue;
      if (next === undefined) return undefined;
      following ??= [];
      following.push(next);
    }
  }
  return following ?? NOWHERE;
}

function isAt(bytes: Buffer, start: number, name: Buffer): boolean {
  for (let index = 0; index < name.length; index += 1) {
    if (bytes[start + index] !== name[index]) return false;
  }
  return true;
}

/** Records are JSON by the time they are in a batch. */
function ended(at: number): number {
  if (at >= 0) return at;
  throw new Error('A record of a batch is not JSON');
}
