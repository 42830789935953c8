import type { BatchBuilder } from '../../../../core/records/batch-builder.ts';
import type { InputWindow } from '../../file/input-window.ts';
import { KernelFile, RecordKernel, type RecordKernelExports } from '../../file/kernel/record-kernel.ts';
import type { CsvColumn, CsvColumns } from '../csv-columns.ts';
import { KERNEL } from './csv-kernel.wasm.ts';

type Numbers =
  | ('COLUMNS' | 'COLUMNS_BYTES' | 'COLUMN_BYTES' | 'PREFIXES' | 'PREFIXES_BYTES' | 'MAX_PREFIX_BYTES')
  | ('TEXT' | 'INTEGER' | 'FLOAT' | 'BOOLEAN' | 'LEFT_OUT');

/** What `csv-kernel.assembly.ts` exports, and says of each. */
interface CsvKernelExports extends RecordKernelExports, Readonly<Record<Numbers, WebAssembly.Global>> {
  plan(columns: number, idColumn: number, delimiter: number): void;
}

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
  readonly #kernel = sharedKernel();
  readonly #file = new KernelFile();
  readonly #options: CsvKernelOptions;

  private constructor(options: CsvKernelOptions) {
    this.#options = options;
  }

  /** Nothing where the columns are more than it knows, or of another kind. */
  static of(options: CsvKernelOptions): CsvKernel | undefined {
    return fits(sharedKernel().exports, options) ? new CsvKernel(options) : undefined;
  }

  /** As `RecordKernel.lines`. */
  get lines(): number {
    return this.#kernel.lines;
  }

  /** As `RecordKernel.write`. */
  write(window: InputWindow, batch: BatchBuilder, line: number): number {
    if (this.#kernel.turnTo(this.#file, this.#options.positionStem)) plan(this.#kernel, this.#options);
    return this.#kernel.write(this.#file, window, batch, line);
  }
}

function fits(exports: CsvKernelExports, { columns, delimiter }: CsvKernelOptions): boolean {
  const { COLUMNS_BYTES, COLUMN_BYTES, PREFIXES_BYTES, MAX_PREFIX_BYTES, STEP } = exports;
  const { all } = columns;
  return (
    Buffer.byteLength(delimiter) === 1 &&
    // Those would be taken for a part of a number.
    !/[\d.-]/.test(delimiter) &&
    all.length * COLUMN_BYTES.value <= COLUMNS_BYTES.value &&
    all.every(({ prefix, type }) => prefix.length <= MAX_PREFIX_BYTES.value && type !== 'json') &&
    columns.prefixBytes + all.length * STEP.value <= PREFIXES_BYTES.value
  );
}

function plan({ exports, memory }: RecordKernel<CsvKernelExports>, options: CsvKernelOptions): void {
  const { COLUMNS, COLUMN_BYTES, PREFIXES, STEP } = exports;
  const { columns, delimiter } = options;
  let prefixAt = PREFIXES.value;
  for (const [index, column] of columns.all.entries()) {
    const at = COLUMNS.value + index * COLUMN_BYTES.value;
    const prefix = Buffer.from(column.prefix.words.buffer, 0, column.prefix.length);
    memory.writeInt32LE(prefixAt, at);
    memory.writeInt32LE(prefix.copy(memory, prefixAt), at + 4);
    memory.writeInt32LE(kindOf(exports, column), at + 8);
    prefixAt += Math.ceil(prefix.length / STEP.value) * STEP.value;
  }
  exports.plan(columns.all.length, columns.idColumn, delimiter.charCodeAt(0));
}

function kindOf(exports: CsvKernelExports, { type, isObjectID }: CsvColumn): number {
  const { TEXT, INTEGER, FLOAT, BOOLEAN, LEFT_OUT } = exports;
  const kind = { string: TEXT, integer: INTEGER, float: FLOAT, boolean: BOOLEAN, json: TEXT }[type];
  return isObjectID ? kind.value | LEFT_OUT.value : kind.value;
}

let kernel: RecordKernel<CsvKernelExports> | undefined;

/** Made when the first file needs it. */
function sharedKernel(): RecordKernel<CsvKernelExports> {
  kernel ??= new RecordKernel(KERNEL);
  return kernel;
}
