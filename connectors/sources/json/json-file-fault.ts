import { describeByte } from '../../../core/records/json-scanner.ts';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { ParserPosition } from '../file/file-cursor.ts';
import { MAX_RECORD_BYTES, type InputWindow } from '../file/input-window.ts';

/** The errors after which the rest of a JSON file cannot be read; each names the byte, the line and the element. */
export class JsonFileFault {
  readonly #window: InputWindow;
  readonly #position: ParserPosition;

  constructor(window: InputWindow, position: ParserPosition) {
    this.#window = window;
    this.#position = position;
  }

  noJson(): SourceError {
    const byte = this.#window.bytes[this.#window.start] ?? 0;
    return new SourceError(
      'json.invalid',
      `The file is not JSON: it begins with ${describeByte(byte)} where [ (an array of objects) or { (objects, one per line) was expected.`,
    );
  }

  noArray(pointer: string, found: string): SourceError {
    return new SourceError(
      'json.no_array',
      `The value at ${JSON.stringify(pointer)} is ${found}, not an array of objects. Check the pointer after the # of the URL.`,
    );
  }

  /** What is wrong before the records begin. */
  document(problem: string, at: number): SourceError {
    return new SourceError(
      'json.invalid',
      `The array of records cannot be found: ${problem} (${this.#place(at)}). Check the pointer after the # of the URL.`,
    );
  }

  broken(problem: string, at: number): SourceError {
    return new SourceError(
      'json.invalid',
      `${this.#element()} is not valid JSON: ${problem} (${this.#place(at)}).`,
    );
  }

  between(at: number): SourceError {
    const found = describeByte(this.#window.bytes[at] ?? 0);
    return new SourceError(
      'json.invalid',
      `After element ${this.#position.records} a comma or ] was expected, ${found} was found (${this.#place(at)}).`,
    );
  }

  after(): SourceError {
    return new SourceError(
      'json.trailing_garbage',
      `The array is complete after ${this.#position.records} elements, but more follows (${this.#place(this.#window.start)}).`,
    );
  }

  cut(): SourceError {
    const { records, line } = this.#position;
    return new SourceError(
      'json.cut',
      `The file ends in the middle: ${records} ${records === 1 ? 'record is' : 'records are'} complete, the next one at ` +
        `line ${line} is cut at byte ${this.#offset(this.#window.end)}. Check that the file was written to its end.`,
    );
  }

  tooLarge(): SourceError {
    return new SourceError(
      'record.over_the_cap',
      `${this.#element()} (${this.#place(this.#window.start)}) is larger than ${MAX_RECORD_BYTES / 1024 / 1024} MB. ` +
        'The file has to be an array of objects or one object per line. Where the array lies within the document, say so in the ' +
        'URL: …/feed.json#/data/products.',
    );
  }

  #element(): string {
    return this.#position.layout === 'array'
      ? `Element ${this.#position.records + 1}`
      : `The record at line ${this.#position.line}`;
  }

  #place(at: number): string {
    const lines = this.#window.bytes.subarray(this.#window.start, at);
    let line = this.#position.line;
    for (const byte of lines) if (byte === 0x0a) line += 1;
    return `line ${line}, byte ${this.#offset(at)} of the file`;
  }

  #offset(at: number): number {
    return this.#window.offset + at - this.#window.start;
  }
}
