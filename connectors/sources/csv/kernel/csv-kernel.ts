import type { BatchBuilder } from '../../../../core/records/batch-builder.ts';
import type { InputWindow } from '../../file/input-window.ts';
import { loadKernel, type KernelExports } from '../../file/kernel/load-kernel.ts';
import type { CsvColumn, CsvColumns } from '../csv-columns.ts';
import { KERNEL } from './csv-kernel.wasm.ts';

type Numbers =
  | ('OPENING' | 'ID_STEM' | 'ID_STEM_BYTES' | 'COLUMNS' | 'COLUMNS_BYTES' | 'COLUMN_BYTES')
  | ('PREFIXES' | 'PREFIXES_BYTES' | 'MAX_PREFIX_BYTES' | 'ENDS' | 'ID_ENDS' | 'POSITIONS')
  | ('INPUT' | 'INPUT_BYTES' | 'OUTPUT' | 'TEXT' | 'INTEGER' | 'FLOAT' | 'BOOLEAN' | 'LEFT_OUT')
  | ('inputRead' | 'outputWritten' | 'linesRead');

/** What `csv-kernel.assembly.ts` exports, and says of each. */
interface CsvKernelExports extends KernelExports, Readonly<Record<Numbers, WebAssembly.Global>> {
  plan(columns: number, idColumn: number, stemBytes: number, delimiter: number): void;
  useBatch(roomRecords: number, roomBytes: number, base: number): void;
  writeRows(start: number, end: number, firstLine: number): number;
}

const OPENING = '{"objectID":"';
const QUOTE = 0x22;
/** The kernel reads so much at once, and stops at a quote: so many must stand behind its input. */
const STEP_BYTES = 16;

/** What the rows of one file are written with. */
export interface CsvKernelOptions {
  readonly columns: CsvColumns;
  readonly delimiter: string;
  /** As in `CsvParserOptions`. */
  readonly positionStem: string;
}

/**
 * Writes the rows of one file as records for as long as there is nothing to them: each cell is there, of its column's
 * type, and quoted well. All others are left to the `CsvRowScanner` and the `CsvRowWriter`, which find what is wrong.
 */
export class CsvKernel {
  /** Lines that the rows of the last call took. */
  lines = 0;
  readonly #program: Program;
  readonly #options: CsvKernelOptions;
  /** Which part of the file the kernel's input is. */
  #loadedFrom = 0;
  #loadedUntil = 0;

  private constructor(program: Program, options: CsvKernelOptions) {
    this.#program = program;
    this.#options = options;
  }

  /** Nothing where the columns are more than it knows, or of another kind. */
  static of(options: CsvKernelOptions): CsvKernel | undefined {
    const program = sharedProgram();
    return program.fits(options) ? new CsvKernel(program, options) : undefined;
  }

  /** Moves the window's start past the rows that it wrote into the batch; returns how many. The first is at `line`. */
  write(window: InputWindow, batch: BatchBuilder, line: number): number {
    this.#load(window);
    const { exports } = this.#program;
    exports.useBatch(batch.roomRecords, batch.roomBytes, batch.length);
    const start = window.offset - this.#loadedFrom;
    const rows = exports.writeRows(start, this.#loadedUntil - this.#loadedFrom, line);
    window.start += exports.inputRead.value - start;
    this.lines = exports.linesRead.value;
    if (rows > 0) batch.append(this.#program.output(rows));
    return rows;
  }

  /** Puts as much of the window as there is room for into the kernel's memory, unless most of it is there. */
  #load(window: InputWindow): void {
    const isMine = this.#program.use(this, this.#options);
    const { offset } = window;
    const windowEnd = offset + window.end - window.start;
    const { inputBytes } = this.#program;
    const isLoaded = offset >= this.#loadedFrom && offset < this.#loadedUntil;
    const isEnough = this.#loadedUntil === windowEnd || this.#loadedUntil - offset > inputBytes / 2;
    if (isMine && isLoaded && isEnough) return;
    const size = Math.min(windowEnd - offset, inputBytes);
    this.#program.load(window.bytes.subarray(window.start, window.start + size));
    this.#loadedFrom = offset;
    this.#loadedUntil = offset + size;
  }
}

/** The kernel with its memory. There is one of it, in which files take turns between two calls. */
class Program {
  readonly exports = loadKernel<CsvKernelExports>(KERNEL);
  readonly inputBytes = this.exports.INPUT_BYTES.value;
  readonly #memory = Buffer.from(this.exports.memory.buffer);
  #owner: CsvKernel | undefined;

  constructor() {
    this.#memory.write(OPENING, this.exports.OPENING.value);
  }

  fits({ columns, delimiter, positionStem }: CsvKernelOptions): boolean {
    const { COLUMNS_BYTES, COLUMN_BYTES, PREFIXES_BYTES, MAX_PREFIX_BYTES, ID_STEM_BYTES } = this.exports;
    return (
      Buffer.byteLength(delimiter) === 1 &&
      // Those would be taken for a part of a number.
      !/[\d.-]/.test(delimiter) &&
      columns.all.length * COLUMN_BYTES.value <= COLUMNS_BYTES.value &&
      columns.all.every(({ prefix, type }) => prefix.length <= MAX_PREFIX_BYTES.value && type !== 'json') &&
      columns.prefixBytes + columns.all.length * STEP_BYTES <= PREFIXES_BYTES.value &&
      positionStem.length <= ID_STEM_BYTES.value
    );
  }

  /** Whether the memory is the same file's as at the last call; it is this one's from now on. */
  use(owner: CsvKernel, options: CsvKernelOptions): boolean {
    if (this.#owner === owner) return true;
    this.#owner = owner;
    this.#plan(options);
    return false;
  }

  load(bytes: Uint8Array): void {
    const input = this.exports.INPUT.value;
    this.#memory.set(bytes, input);
    this.#memory.fill(QUOTE, input + bytes.length, input + bytes.length + STEP_BYTES);
  }

  output(count: number) {
    const { ENDS, ID_ENDS, POSITIONS, OUTPUT, outputWritten } = this.exports;
    const { buffer } = this.#memory;
    return {
      bytes: this.#memory.subarray(OUTPUT.value, OUTPUT.value + outputWritten.value),
      ends: new Uint32Array(buffer, ENDS.value, count),
      idEnds: new Uint32Array(buffer, ID_ENDS.value, count),
      positions: new Uint32Array(buffer, POSITIONS.value, count),
    };
  }

  #plan({ columns, delimiter, positionStem }: CsvKernelOptions): void {
    const { COLUMNS, COLUMN_BYTES, PREFIXES, ID_STEM } = this.exports;
    let prefixAt = PREFIXES.value;
    for (const [index, column] of columns.all.entries()) {
      const at = COLUMNS.value + index * COLUMN_BYTES.value;
      const text = Buffer.from(column.prefix.words.buffer, 0, column.prefix.length);
      this.#memory.writeInt32LE(prefixAt, at);
      this.#memory.writeInt32LE(text.copy(this.#memory, prefixAt), at + 4);
      this.#memory.writeInt32LE(this.#kindOf(column), at + 8);
      prefixAt += Math.ceil(text.length / STEP_BYTES) * STEP_BYTES;
    }
    const stemBytes = this.#memory.write(positionStem, ID_STEM.value, 'latin1');
    this.exports.plan(columns.all.length, columns.idColumn, stemBytes, delimiter.charCodeAt(0));
  }

  #kindOf({ type, isObjectID }: CsvColumn): number {
    const { TEXT, INTEGER, FLOAT, BOOLEAN, LEFT_OUT } = this.exports;
    const kind = { string: TEXT, integer: INTEGER, float: FLOAT, boolean: BOOLEAN, json: TEXT }[type];
    return isObjectID ? kind.value | LEFT_OUT.value : kind.value;
  }
}

let program: Program | undefined;

function sharedProgram(): Program {
  program ??= new Program();
  return program;
}
