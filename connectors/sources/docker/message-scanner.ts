import { JsonScanner } from '../../../core/records/json-scanner.ts';
import { JsonMembers } from '../json/json-members.ts';
import type { ScannedRecord } from '../json/json-record-writer.ts';

const QUOTE = 0x22;
const OPEN_OBJECT = 0x7b;
/** Room for the quote after the end, and for readers that take 4 bytes where one is left. */
const SLACK_BYTES = 8;
const FIRST_CAPACITY_BYTES = 65_536;

/** A value within the line that was scanned last; valid until the next line. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the members of a message in the bytes of its line, so that a record goes on byte for byte as it came and only what
 * must be understood is parsed.
 */
export class MessageScanner {
  #bytes = Buffer.alloc(FIRST_CAPACITY_BYTES);
  readonly #scanner = new JsonScanner(this.#bytes, 0, true);
  readonly #members = new JsonMembers('type');
  readonly #innerMembers = new JsonMembers('stream');
  readonly #recordMembers = new JsonMembers('objectID');

  /** Takes a line; false when it holds no JSON object, or more than one. */
  load(line: Buffer): boolean {
    if (line.length + SLACK_BYTES > this.#bytes.length) {
      this.#bytes = Buffer.alloc(Math.max(line.length + SLACK_BYTES, this.#bytes.length * 2));
      this.#scanner.bytes = this.#bytes;
      this.#scanner.view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
    }
    line.copy(this.#bytes);
    this.#bytes[line.length] = QUOTE;
    this.#scanner.end = line.length;
    const start = this.#scanner.skipSpace(0);
    if (this.#bytes[start] !== OPEN_OBJECT || start >= line.length) return false;
    const end = this.#members.scan(this.#scanner, start);
    return end >= 0 && this.#scanner.skipSpace(end) === line.length;
  }

  /** The member of that name of the line's object. */
  find(name: string): Span | undefined {
    return findMember(this.#bytes, this.#members, name);
  }

  /** The members of those names of the object at a place; none when it is no object. */
  within({ start }: Span, names: readonly string[]): (Span | undefined)[] {
    const isObject = this.#bytes[start] === OPEN_OBJECT;
    if (!isObject || this.#innerMembers.scan(this.#scanner, start) < 0) return [];
    return names.map((name) => findMember(this.#bytes, this.#innerMembers, name));
  }

  /** Its text, as it was written. */
  text({ start, end }: Span): string {
    return this.#bytes.toString('utf8', start, end);
  }

  bytesOf({ start, end }: Span): Buffer {
    return this.#bytes.subarray(start, end);
  }

  value(span: Span): unknown {
    return JSON.parse(this.text(span));
  }

  /** The object at a place with its members; nothing when it is no object. */
  record({ start, end }: Span): ScannedRecord | undefined {
    if (this.#bytes[start] !== OPEN_OBJECT) return undefined;
    if (this.#recordMembers.scan(this.#scanner, start) < 0) return undefined;
    return { bytes: this.#bytes, start, end, members: this.#recordMembers };
  }
}

/** The last member of that name, as `JSON.parse` has it. Names that are written with escapes are not found. */
export function findMember(bytes: Buffer, members: JsonMembers, name: string): Span | undefined {
  const quoted = quotedName(name);
  for (let index = members.count - 1; index >= 0; index -= 1) {
    const at = members.nameStarts[index] ?? 0;
    if (bytes.compare(quoted, 0, quoted.length, at, at + quoted.length) !== 0) continue;
    return { start: members.valueStarts[index] ?? 0, end: members.valueEnds[index] ?? 0 };
  }
  return undefined;
}

const quotedNames = new Map<string, Buffer>();
/** Attributes that keys name are few; whatever a catalog says, they stay so. */
const MAX_QUOTED_NAMES = 1_000;

function quotedName(name: string): Buffer {
  const known = quotedNames.get(name);
  if (known !== undefined) return known;
  const quoted = Buffer.from(JSON.stringify(name));
  if (quotedNames.size < MAX_QUOTED_NAMES) quotedNames.set(name, quoted);
  return quoted;
}
