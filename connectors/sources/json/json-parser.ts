import { isUtf8 } from 'node:buffer';
import type { BatchBuilder } from '../../../core/records/batch-builder.ts';
import { INCOMPLETE, INVALID, JsonScanner } from '../../../core/records/json-scanner.ts';
import { keepText } from '../../../core/records/kept-content.ts';
import type { RejectedRecord } from '../../../core/records/rejected-record.ts';
import type { SourceError } from '../../../core/runs/source-error.ts';
import type { ParserPosition } from '../file/file-cursor.ts';
import type { FileParser } from '../file/file-parser.ts';
import { MAX_RECORD_BYTES, type InputWindow } from '../file/input-window.ts';
import { findInvalidUTF8, quoteExcerpt } from '../file/rejected-text.ts';
import { describeKind } from './describe-kind.ts';
import { JsonDescent } from './json-descent.ts';
import { JsonFileFault } from './json-file-fault.ts';
import { JsonMembers } from './json-members.ts';
import { readRecordID, writeRecord } from './json-record-writer.ts';
import { JsonKernel } from './kernel/json-kernel.ts';

export interface JsonParserOptions {
  readonly uniqueIDColumn?: string;
  /** What the id of a record without one begins with; its number in the file, from 1, follows. */
  readonly positionStem: string;
  /** The steps to the array of records within the document; none where the file is that array, or objects. */
  readonly path?: readonly string[];
}

const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const NEXT_LINE_OBJECT = Buffer.from('\n{');

/** What came of one step: a record (good or bad) was taken, the batch has no room for it, or bytes are missing. */
type Step = 'taken' | 'full' | 'more';

/**
 * Reads an array of objects, which may lie under a path, or objects one after the other (NDJSON, or separated by any white
 * space). A broken
 * object ends an array, since what follows cannot be told apart; in a sequence it is rejected and reading goes on at the
 * next line that begins with `{`. Names such as `__proto__` need no care: no object is ever made of a record.
 */
export class JsonParser implements FileParser {
  readonly #idName: string | undefined;
  readonly #positionStem: string;
  readonly #members: JsonMembers;
  readonly #kernel: JsonKernel;
  readonly #scanner = new JsonScanner(Buffer.from('"'), 0, false);
  readonly #descent: JsonDescent | undefined;
  #layout: ParserPosition['layout'] = '';
  #line = 1;
  #records = 0;
  /** The array's closing bracket was read. */
  #isClosed = false;

  constructor(options: JsonParserOptions) {
    this.#idName = options.uniqueIDColumn;
    this.#positionStem = options.positionStem;
    this.#kernel = new JsonKernel(options.uniqueIDColumn === undefined ? options.positionStem : '');
    this.#members = new JsonMembers(options.uniqueIDColumn ?? 'objectID');
    const { path = [] } = options;
    this.#descent = path.length === 0 ? undefined : new JsonDescent(path);
  }

  resume(position: ParserPosition): void {
    this.#layout = position.layout;
    this.#line = position.line;
    this.#records = position.records;
  }

  position(): ParserPosition {
    return { prologueBytes: 0, line: this.#line, records: this.#records, layout: this.#layout };
  }

  parse(window: InputWindow, batch: BatchBuilder): boolean {
    const scanner = this.#scanner;
    scanner.bytes = window.bytes;
    scanner.view = window.view;
    scanner.end = window.end;
    scanner.final = window.final;
    for (;;) {
      this.#takePlainRecords(window, batch);
      if (batch.isFull()) return true;
      const step = this.#step(window, batch);
      if (step === 'more') return false;
      if (step === 'full' || batch.isFull()) return true;
    }
  }

  /** As many as there are from the window's start on. */
  #takePlainRecords(window: InputWindow, batch: BatchBuilder): void {
    if (this.#layout === '' || this.#isClosed || window.start < window.suspectUntil) return;
    const place = { line: this.#line, records: this.#records, isArray: this.#layout === 'array' };
    const taken = this.#kernel.write(window, batch, place);
    if (taken === 0) return;
    this.#records += taken;
    this.#line += this.#kernel.lines;
  }

  #step(window: InputWindow, batch: BatchBuilder): Step {
    const { bytes, end } = window;
    this.#skipSpace(window);
    if (window.start === end) return this.#meetEnd(window);
    if (this.#layout === '' && !this.#detectLayout(window)) return 'more';
    if (this.#layout !== 'array') return this.#stepOver(window, batch, window.start);
    if (this.#isClosed) return this.#passRest(window);
    this.#scanner.lines = 0;
    let at = this.#scanner.skipSpace(window.start);
    if (bytes[at] === CLOSE_ARRAY) {
      window.start = at + 1;
      this.#isClosed = true;
      return this.#step(window, batch);
    }
    if (this.#records > 0) {
      if (bytes[at] !== COMMA) throw this.#fault(window).between(at);
      at = this.#scanner.skipSpace(at + 1);
    }
    return at === end ? this.#needMore(window) : this.#stepOver(window, batch, at);
  }

  /** White space between records is done with at once: a file may end in a lot of it. */
  #skipSpace(window: InputWindow): void {
    this.#scanner.lines = 0;
    window.start = this.#scanner.skipSpace(window.start);
    this.#line += this.#scanner.lines;
    this.#scanner.lines = 0;
  }

  #meetEnd(window: InputWindow): Step {
    const isUnfound = this.#layout === '' && this.#descent !== undefined;
    const isOpen = this.#layout === 'array' && !this.#isClosed;
    if (window.final && (isUnfound || isOpen)) throw this.#fault(window).cut();
    return 'more';
  }

  /** What follows an array under a path belongs to the document around it, and holds no records. */
  #passRest(window: InputWindow): Step {
    if (this.#descent === undefined) throw this.#fault(window).after();
    window.start = window.end;
    return 'more';
  }

  #detectLayout(window: InputWindow): boolean {
    if (!this.#skipMark(window) || !this.#findValue(window)) return false;
    const first = window.bytes[window.start];
    const isArray = first === OPEN_ARRAY;
    if (!isArray && (this.#descent !== undefined || first !== OPEN_OBJECT)) throw this.#noRecords(window);
    this.#layout = isArray ? 'array' : 'sequence';
    if (isArray) window.start += 1;
    return true;
  }

  #noRecords(window: InputWindow): SourceError {
    return this.#descent === undefined
      ? this.#fault(window).noJson()
      : this.#fault(window).noArray(this.#descent.pointer, describeKind(window.bytes[window.start]));
  }

  /** True once the window's start is past a byte order mark, if there is one, and more follows. */
  #skipMark(window: InputWindow): boolean {
    const { bytes, start, end } = window;
    if (window.offset !== 0 || bytes[start] !== 0xef) return true;
    if (end - start < 3 && !window.final) return false;
    if (bytes[start + 1] !== 0xbb || bytes[start + 2] !== 0xbf) return true;
    window.start = start + 3;
    this.#skipSpace(window);
    return window.start < end;
  }

  /** True once the window's start is where the records begin. */
  #findValue(window: InputWindow): boolean {
    if (this.#descent === undefined) return true;
    this.#scanner.lines = 0;
    const from = window.start;
    const found = this.#descent.descend(this.#scanner, window);
    if (found === 'invalid') {
      const { problem, problemAt } = this.#scanner;
      throw this.#fault(window).document(problem, problemAt);
    }
    this.#line += countLineFeeds(window.bytes.subarray(from, window.start));
    if (found === 'more') this.#needMore(window);
    return found === 'there';
  }

  /** Takes the element at `at`; `lines` of the scanner count from the window's start. */
  #stepOver(window: InputWindow, batch: BatchBuilder, at: number): Step {
    const scanner = this.#scanner;
    const line = this.#line + scanner.lines;
    const position = this.#layout === 'array' ? this.#records + 1 : line;
    const isObject = window.bytes[at] === OPEN_OBJECT;
    const next = isObject ? this.#members.scan(scanner, at) : scanner.skipValue(at, 0);
    if (next === INCOMPLETE) return this.#needMore(window);
    if (next === INVALID) return this.#stepOverBroken(window, batch, at);
    if (next - at > MAX_RECORD_BYTES) throw this.#fault(window).tooLarge();
    const rejection = isObject
      ? this.#write(window, batch, { at, next, position })
      : {
          code: 'json.not_an_object',
          message: `${this.#place(position)} is ${describeKind(window.bytes[at])}, not an object.`,
        };
    if (rejection === false) return 'full';
    if (rejection !== true) {
      batch.reject({ position, ...rejection, content: keepText(window.bytes.subarray(at, next)) });
    }
    this.#take(window, next);
    return 'taken';
  }

  /** True: written. False: no room in the batch. Else why the record cannot be sent. */
  #write(
    window: InputWindow,
    batch: BatchBuilder,
    { at, next, position }: { at: number; next: number; position: number },
  ): boolean | RejectedRecord {
    const { bytes } = window;
    const members = this.#members;
    if (at < window.suspectUntil && !isUtf8(bytes.subarray(at, next))) {
      return this.#describeInvalidUTF8(window, bytes.subarray(at, next), at, position);
    }
    this.#kernel.learn(bytes, members);
    const record = { bytes, start: at, end: next, members };
    const member = members.idMember;
    if (member < 0) {
      if (this.#idName !== undefined) return this.#missingID(position);
      return writeRecord(record, Buffer.from(`"${this.#positionStem}${this.#records + 1}"`), batch, position);
    }
    const id = readRecordID(bytes, members.valueStarts[member] ?? 0, members.valueEnds[member] ?? 0);
    if ('text' in id) return writeRecord(record, id.text, batch, position);
    if (id.problem === 'missing') return this.#missingID(position);
    const field = this.#idName ?? 'objectID';
    return {
      code: 'record.bad_id',
      field,
      message: `${this.#place(position)}: the id in ${quoteExcerpt(Buffer.from(field))} is ${id.found}; it must be a string or a number.`,
    };
  }

  #missingID(position: number): RejectedRecord {
    const field = this.#idName ?? 'objectID';
    const name = quoteExcerpt(Buffer.from(field));
    return {
      code: 'record.missing_id',
      field,
      message: `${this.#place(position)} has no id: the attribute ${name} is missing, empty or null.`,
    };
  }

  #describeInvalidUTF8(window: InputWindow, record: Buffer, at: number, position: number): RejectedRecord {
    const offset = window.offset + at - window.start + findInvalidUTF8(record);
    return {
      code: 'record.invalid_utf8',
      message: `${this.#place(position)} is not valid UTF-8 at byte ${offset} of the file.`,
    };
  }

  #stepOverBroken(window: InputWindow, batch: BatchBuilder, at: number): Step {
    const { problem, problemAt } = this.#scanner;
    if (this.#layout === 'array') throw this.#fault(window).broken(problem, problemAt);
    const position = this.#line;
    const found = window.bytes.subarray(0, window.end).indexOf(NEXT_LINE_OBJECT, at);
    if (found < 0 && !window.final) return this.#needMore(window);
    const next = found < 0 ? window.end : found;
    const offset = window.offset + problemAt - window.start;
    const message = `${this.#place(position)} is not valid JSON: ${problem} (byte ${offset} of the file).`;
    const content = keepText(window.bytes.subarray(at, next));
    batch.reject({ position, code: 'json.invalid', message, content });
    this.#scanner.lines = countLineFeeds(window.bytes.subarray(window.start, next));
    this.#take(window, next);
    return 'taken';
  }

  #take(window: InputWindow, next: number): void {
    window.start = next;
    this.#records += 1;
    this.#line += this.#scanner.lines;
    this.#scanner.lines = 0;
  }

  #needMore(window: InputWindow): Step {
    if (window.final) throw this.#fault(window).cut();
    if (window.end - window.start > MAX_RECORD_BYTES) throw this.#fault(window).tooLarge();
    window.wantMore();
    return 'more';
  }

  #fault(window: InputWindow): JsonFileFault {
    return new JsonFileFault(window, this.position());
  }

  #place(position: number): string {
    return this.#layout === 'array' ? `Element ${position}` : `The record at line ${position}`;
  }
}

function countLineFeeds(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}
