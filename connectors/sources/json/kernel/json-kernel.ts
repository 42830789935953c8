import type { BatchBuilder } from '../../../../core/records/batch-builder.ts';
import { KernelFile, RecordKernel, type RecordKernelExports } from '../../file/kernel/record-kernel.ts';
import type { InputWindow } from '../../file/input-window.ts';
import type { JsonMembers } from '../json-members.ts';
import { KERNEL } from './json-kernel.wasm.ts';
import { JsonNames } from './json-names.ts';

type Numbers = 'NAMES' | 'NAMES_BYTES' | 'NAME_BYTES' | 'TEXTS' | 'TEXTS_BYTES';

/** What `json-kernel.assembly.ts` exports, and says of each. */
interface JsonKernelExports extends RecordKernelExports, Readonly<Record<Numbers, WebAssembly.Global>> {
  plan(names: number, id: number, objectID: number): void;
  useLayout(isArray: boolean, recordsBefore: number): void;
}

/** Where a file's reader stands. */
export interface JsonPlace {
  readonly line: number;
  /** Records that came before. */
  readonly records: number;
  readonly isArray: boolean;
}

/**
 * Copies the records of one file for as long as there is nothing to them: valid JSON whose attributes are those of records
 * before, in the same order, with an id that is a string or a number. All others are left to the parser.
 */
export class JsonKernel {
  readonly #kernel = sharedKernel();
  readonly #file = new KernelFile();
  readonly #names = new JsonNames();
  readonly #idStem: string;
  #isPlanned = false;

  /** `idStem` is what the ids of records begin with that bring none; empty where that is a fault. */
  constructor(idStem: string) {
    this.#idStem = idStem;
  }

  /** As `RecordKernel.lines`. */
  get lines(): number {
    return this.#kernel.lines;
  }

  /** As `RecordKernel.write`. */
  write(window: InputWindow, batch: BatchBuilder, { line, records, isArray }: JsonPlace): number {
    if (this.#names.texts.length === 0) return 0;
    if (this.#kernel.turnTo(this.#file, this.#idStem) || !this.#isPlanned) this.#plan();
    this.#kernel.exports.useLayout(isArray, records);
    return this.#kernel.write(this.#file, window, batch, line);
  }

  /** Looks at a record that the parser had to read. */
  learn(bytes: Buffer, members: JsonMembers): void {
    if (this.#names.learn(bytes, members)) this.#isPlanned = false;
  }

  #plan(): void {
    const { exports, memory } = this.#kernel;
    const { NAMES, NAMES_BYTES, NAME_BYTES, TEXTS, TEXTS_BYTES, STEP } = exports;
    const { texts, id, objectID } = this.#names;
    let count = 0;
    let textAt = TEXTS.value;
    for (const text of texts) {
      const at = NAMES.value + count * NAME_BYTES.value;
      const textEnd = textAt + Math.ceil(text.length / STEP.value) * STEP.value;
      // Records with names beyond those are left to the parser.
      if (at === NAMES.value + NAMES_BYTES.value || textEnd > TEXTS.value + TEXTS_BYTES.value) break;
      memory.writeInt32LE(textAt, at);
      memory.writeInt32LE(memory.write(text, textAt, 'latin1'), at + 4);
      count += 1;
      textAt = textEnd;
    }
    exports.plan(count, id, objectID);
    this.#isPlanned = true;
  }
}

let kernel: RecordKernel<JsonKernelExports> | undefined;

/** Made when the first file needs it. */
function sharedKernel(): RecordKernel<JsonKernelExports> {
  kernel ??= new RecordKernel(KERNEL);
  return kernel;
}
