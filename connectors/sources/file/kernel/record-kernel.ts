import type { BatchBuilder } from '../../../../core/records/batch-builder.ts';
import { RECORD_OPENING } from '../../../../core/records/record-batch.ts';
import type { InputWindow } from '../input-window.ts';

const PAGE_BYTES = 65_536;
const QUOTE = 0x22;
/** A file of which the kernel can take nothing is tried again now and then only. */
const LONGEST_PAUSE = 64;

/** What `record-output.assembly.ts` gives every kernel, and says of each; capitals are addresses and sizes. */
type Numbers =
  | ('MEMORY_BYTES' | 'OPENING' | 'ID_STEM' | 'ID_STEM_BYTES' | 'STEP')
  | ('INPUT' | 'INPUT_BYTES' | 'OUTPUT' | 'ENDS' | 'ID_ENDS' | 'POSITIONS')
  | ('inputRead' | 'outputWritten' | 'linesRead');

export interface RecordKernelExports extends Readonly<Record<Numbers, WebAssembly.Global>> {
  readonly memory: WebAssembly.Memory;
  useIDStem(sizeBytes: number): void;
  useBatch(roomRecords: number, roomBytes: number, heldBytes: number): void;
  writeRecords(start: number, end: number, line: number): number;
}

/** A file that is read, as far as its kernel knows it; whoever reads it makes one and keeps it. */
export class KernelFile {
  /** Which part of the file the kernel's input is. */
  loadedFrom = 0;
  loadedUntil = 0;
  /** How often in a row there was nothing for the kernel, and how many records are now left to the parser unasked. */
  vain = 0;
  pause = 0;
}

/**
 * A program in WebAssembly that writes the records of files, made by `npm run kernels`. It holds one block of one file at a
 * time; files take turns between two calls.
 */
export class RecordKernel<Exports extends RecordKernelExports> {
  readonly exports: Exports;
  readonly memory: Buffer<ArrayBuffer>;
  #file: KernelFile | undefined;

  constructor(program: string) {
    const module = new WebAssembly.Module(Buffer.from(program, 'base64'));
    this.exports = new WebAssembly.Instance<Exports>(module).exports;
    const { memory, MEMORY_BYTES } = this.exports;
    memory.grow(Math.ceil((MEMORY_BYTES.value - memory.buffer.byteLength) / PAGE_BYTES));
    this.memory = Buffer.from(memory.buffer);
    this.memory.write(RECORD_OPENING, this.exports.OPENING.value);
  }

  /** Lines that the records of the last call took, where it took any. */
  get lines(): number {
    return this.exports.linesRead.value;
  }

  /**
   * True where the kernel was at another file and has to be told what it needs to know of this one. `idStem` is what the ids
   * of its records begin with that bring none; empty where they must.
   */
  turnTo(file: KernelFile, idStem: string): boolean {
    if (this.#file === file) return false;
    this.#file = file;
    file.loadedUntil = file.loadedFrom;
    const stem = idStem === '' ? '' : `"${idStem}`;
    const { ID_STEM, ID_STEM_BYTES } = this.exports;
    if (stem.length > ID_STEM_BYTES.value) throw new RangeError(`An id's stem is too long: ${idStem}`);
    this.exports.useIDStem(this.memory.write(stem, ID_STEM.value, 'latin1'));
    return true;
  }

  /**
   * Writes records of the file that it was turned to, from the window's start on, into the batch, as long as there is nothing
   * to them, and moves the start past them; returns how many. `line` is the one in which the window starts.
   */
  write(file: KernelFile, window: InputWindow, batch: BatchBuilder, line: number): number {
    if (file.pause > 0) {
      file.pause -= 1;
      return 0;
    }
    this.#load(window, file);
    const { exports } = this;
    exports.useBatch(batch.roomRecords, batch.roomBytes, batch.length);
    const start = window.offset - file.loadedFrom;
    const count = exports.writeRecords(start, file.loadedUntil - file.loadedFrom, line);
    window.start += exports.inputRead.value - start;
    if (count > 0) batch.append(this.#output(count));
    file.vain = count > 0 ? 0 : file.vain + 1;
    file.pause = Math.min(file.vain >> 1, LONGEST_PAUSE);
    return count;
  }

  /** Puts as much of the window as there is room for into the memory, unless most of it is there. */
  #load(window: InputWindow, file: KernelFile): void {
    const { INPUT, INPUT_BYTES, STEP } = this.exports;
    const { offset } = window;
    const windowEnd = offset + window.end - window.start;
    const isLoaded = offset >= file.loadedFrom && offset < file.loadedUntil;
    const isEnough = file.loadedUntil === windowEnd || file.loadedUntil - offset > INPUT_BYTES.value / 2;
    if (isLoaded && isEnough) return;
    const size = Math.min(windowEnd - offset, INPUT_BYTES.value);
    const end = INPUT.value + size;
    this.memory.set(window.bytes.subarray(window.start, window.start + size), INPUT.value);
    this.memory.fill(QUOTE, end, end + STEP.value);
    file.loadedFrom = offset;
    file.loadedUntil = offset + size;
  }

  #output(count: number) {
    const { ENDS, ID_ENDS, POSITIONS, OUTPUT, outputWritten } = this.exports;
    const { buffer } = this.memory;
    return {
      bytes: this.memory.subarray(OUTPUT.value, OUTPUT.value + outputWritten.value),
      ends: new Uint32Array(buffer, ENDS.value, count),
      idEnds: new Uint32Array(buffer, ID_ENDS.value, count),
      positions: new Uint32Array(buffer, POSITIONS.value, count),
    };
  }
}
