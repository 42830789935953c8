import { INCOMPLETE, type JsonScanner } from '../../../core/records/json-scanner.ts';
import { JsonShape } from './json-shape.ts';

/** Attributes that a record may have at its top level. */
const MAX_MEMBERS = 10_000;

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const CLOSE_OBJECT = 0x7d;
const OBJECT_ID = Buffer.from('objectID');
/** A power of two, three times as large as there can be members. */
const SLOTS = 32_768;

/**
 * The members of one record's top level. Names that occur twice are found as `JSON.parse` would: the last one counts,
 * the others are `removed`. Nothing is decoded, unless a name is written with escapes.
 */
export class JsonMembers {
  readonly nameStarts = new Int32Array(MAX_MEMBERS);
  readonly valueStarts = new Int32Array(MAX_MEMBERS);
  readonly valueEnds = new Int32Array(MAX_MEMBERS);
  readonly removed = new Uint8Array(MAX_MEMBERS);
  count = 0;
  hasRemoved = false;
  /** The member that is the record's id: the one named by the source, else `objectID`; -1 without. */
  idMember = -1;
  /** The member `objectID`; -1 without. */
  objectIDMember = -1;

  readonly idName: string;
  readonly #idNameBytes: Buffer;
  readonly #nameEnds = new Int32Array(MAX_MEMBERS);
  /** Open addressing by name; an entry of an earlier record is smaller than `#stamp` and counts as free. */
  readonly #slots = new Int32Array(SLOTS);
  #stamp = 1;
  #hasEscapedName = false;
  /** The names of the last record that was looked at in full; `#shapeID` and `#shapeObjectID` are ids among them. */
  readonly #shape = new JsonShape();
  #shapeID = -1;
  #shapeObjectID = -1;
  /** All names of the present record so far are in the shape. */
  #isKnown = false;

  constructor(idName: string) {
    this.idName = idName;
    this.#idNameBytes = Buffer.from(idName);
  }

  /** Scans the object at `at`; returns where it ends, `INCOMPLETE` or `INVALID`. */
  scan(scanner: JsonScanner, at: number): number {
    this.#begin();
    const { bytes } = scanner;
    let position = scanner.skipSpace(at + 1);
    if (bytes[position] === CLOSE_OBJECT) return position + 1;
    for (;;) {
      position = this.#scanMember(scanner, position);
      if (position < 0) return position;
      const byte = bytes[position];
      if (byte === CLOSE_OBJECT) {
        if (!this.#isKnown) this.#meetShape(bytes);
        return position + 1;
      }
      if (byte !== COMMA) return scanner.unexpected(position, 'a comma or }');
      position = scanner.skipSpace(position + 1);
    }
  }

  #begin(): void {
    this.#stamp += this.count;
    if (this.#stamp > 1_000_000_000) {
      this.#slots.fill(0);
      this.#stamp = 1;
    }
    if (this.hasRemoved) this.removed.fill(0);
    this.count = 0;
    this.hasRemoved = false;
    this.idMember = -1;
    this.objectIDMember = -1;
    this.#hasEscapedName = false;
    this.#isKnown = this.#shape.begin();
  }

  #scanMember(scanner: JsonScanner, nameStart: number): number {
    const { bytes } = scanner;
    const member = this.count;
    let valueStart = this.#isKnown ? this.#shape.match(scanner.view, nameStart, scanner.end) : -1;
    if (valueStart < 0) {
      if (this.#isKnown) this.#leaveShape(bytes);
      valueStart = this.#scanName(scanner, nameStart);
      if (valueStart < 0) return valueStart;
    } else this.#noteKnown(member, valueStart);
    if ((bytes[valueStart] ?? 0) <= SPACE) valueStart = scanner.skipSpace(valueStart);
    const valueEnd = scanner.skipValue(valueStart, 1);
    if (valueEnd < 0) return valueEnd;
    if (valueEnd >= scanner.end) return INCOMPLETE;
    this.nameStarts[member] = nameStart;
    this.valueStarts[member] = valueStart;
    this.valueEnds[member] = valueEnd;
    this.count = member + 1;
    if (!this.#isKnown) this.#recognise(bytes, member);
    return (bytes[valueEnd] ?? 0) <= SPACE ? scanner.skipSpace(valueEnd) : valueEnd;
  }

  /** Returns where the text after the colon begins. */
  #scanName(scanner: JsonScanner, nameStart: number): number {
    const { bytes } = scanner;
    if (bytes[nameStart] !== QUOTE || nameStart >= scanner.end) {
      return scanner.unexpected(nameStart, 'a name in quotes');
    }
    if (this.count >= MAX_MEMBERS) {
      return scanner.fail(nameStart, `a record has more than ${MAX_MEMBERS} attributes`);
    }
    const nameEnd = scanner.skipString(nameStart);
    if (nameEnd < 0) return nameEnd;
    if (scanner.escaped) this.#hasEscapedName = true;
    const colon = bytes[nameEnd] === COLON ? nameEnd : scanner.skipSpace(nameEnd);
    if (bytes[colon] !== COLON) return scanner.unexpected(colon, 'a colon');
    this.#nameEnds[this.count] = nameEnd;
    return colon + 1;
  }

  #noteKnown(member: number, valueStart: number): void {
    const { found } = this.#shape;
    this.#nameEnds[member] = valueStart - 1;
    if (found === this.#shapeID) this.idMember = member;
    if (found === this.#shapeObjectID) this.objectIDMember = member;
  }

  /** A name is not in the shape: those before it are looked at as it will be. */
  #leaveShape(bytes: Buffer): void {
    this.#isKnown = false;
    for (let member = 0; member < this.count; member += 1) this.#recognise(bytes, member);
  }

  /** What was read in full is what the next record is expected to be, unless its names must be compared decoded. */
  #meetShape(bytes: Buffer): void {
    this.#shape.clear();
    if (this.#hasEscapedName) {
      this.#compareDecodedNames(bytes);
      return;
    }
    if (this.hasRemoved) return;
    this.#shapeID = this.idMember;
    this.#shapeObjectID = this.objectIDMember;
    for (let member = 0; member < this.count; member += 1) {
      if (!this.#shape.add(bytes, this.nameStarts[member] ?? 0, this.#nameEnds[member] ?? 0)) return;
    }
  }

  #recognise(bytes: Buffer, member: number): void {
    const start = (this.nameStarts[member] ?? 0) + 1;
    const end = (this.#nameEnds[member] ?? 0) - 1;
    if (isName(bytes, start, end, this.#idNameBytes)) this.idMember = member;
    if (isName(bytes, start, end, OBJECT_ID)) this.objectIDMember = member;
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
    let slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    for (;;) {
      const other = (this.#slots[slot] ?? 0) - this.#stamp;
      if (other < 0) break;
      if (this.#isSameName(bytes, other, start, end)) {
        this.leaveOut(other);
        break;
      }
      slot = (slot + 1) & (SLOTS - 1);
    }
    this.#slots[slot] = this.#stamp + member;
  }

  #isSameName(bytes: Buffer, other: number, start: number, end: number): boolean {
    const otherStart = (this.nameStarts[other] ?? 0) + 1;
    if ((this.#nameEnds[other] ?? 0) - 1 - otherStart !== end - start) return false;
    for (let index = 0; index < end - start; index += 1) {
      if (bytes[start + index] !== bytes[otherStart + index]) return false;
    }
    return true;
  }

  /** The slow way, for records in which a name could be written in two ways. */
  #compareDecodedNames(bytes: Buffer): void {
    const members = new Map<string, number>();
    for (let member = 0; member < this.count; member += 1) {
      const text = bytes.toString('utf8', this.nameStarts[member] ?? 0, this.#nameEnds[member] ?? 0);
      const name = String(JSON.parse(text));
      const other = members.get(name);
      if (other !== undefined) this.leaveOut(other);
      members.set(name, member);
    }
    this.idMember = members.get(this.idName) ?? -1;
    this.objectIDMember = members.get('objectID') ?? -1;
  }

  /** Whether each name is written once, and without escapes. */
  get areNamesPlain(): boolean {
    return !this.#hasEscapedName && !this.hasRemoved;
  }

  /** The names as they are written, with quotes and colon, byte by byte. */
  nameTexts(bytes: Buffer): string[] {
    return Array.from(
      { length: this.count },
      (_, member) => `${bytes.toString('latin1', this.nameStarts[member], this.#nameEnds[member])}:`,
    );
  }

  /** Has a member not be written. */
  leaveOut(member: number): void {
    this.removed[member] = 1;
    this.hasRemoved = true;
  }
}

function isName(bytes: Buffer, start: number, end: number, name: Buffer): boolean {
  if (end - start !== name.length) return false;
  for (let index = 0; index < name.length; index += 1) {
    if (bytes[start + index] !== name[index]) return false;
  }
  return true;
}
