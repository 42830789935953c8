import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

import { sandboxLineSchema, type SandboxLine, type SandboxRequest } from './sandbox-protocol.ts';

/** 64 MiB for WebAssembly, which is where a transformation's memory is: the engine's own limit alone does not hold. */
const WASM_PAGES = 1024;

/** KB; below the 8 MB that Linux gives a process, above what QuickJS may use: it must notice first. */
const STACK_KILOBYTES = 3900;

const HEAP_MEGABYTES = 96;

/** All four ways to exhaust memory that were tried ended below 134 MB. */
const MAX_RESIDENT_BYTES = 256 * 1024 * 1024;

/** Of the processor's time, from one line to the next: more than the sandbox itself lets a record have. */
const MAX_USED_MILLISECONDS = 2_500;

/** By the clock. A process that used little of it was not let run: that is the machine's fault and not the code's. */
const MAX_SILENCE_MILLISECONDS = 10_000;
const WATCH_MILLISECONDS = 50;
const PAGE_BYTES = 4096;
/** Linux counts a process's time in hundredths of a second. */
const TICK_MILLISECONDS = 10;

/** One line is one record's result: nothing longer is read. */
const MAX_LINE_CHARACTERS = 8 * 1024 * 1024;

export interface SandboxOptions {
  /** The program `sandbox.program`, bundled or as source. */
  readonly program: string;
  /** What the process may read: the program's own file, or the folders of its sources. */
  readonly readable: readonly string[];
}

/** Why a process ended in the middle of its work; `not_run`: it was not the code that it ran. */
export type SandboxEnd = 'too_long' | 'too_big' | 'ended' | 'not_run';

/** One process around QuickJS: no environment, no rights, killed when it takes too long or too much. */
export class SandboxProcess {
  readonly #child: ChildProcess;
  #onLine: (line: SandboxLine) => void = () => undefined;
  #onEnd: (end: SandboxEnd) => void = () => undefined;
  #end: SandboxEnd | undefined;
  #isReady = false;
  #heardAt = Date.now();
  #usedBefore = 0;

  constructor({ program, readable }: SandboxOptions) {
    this.#child = spawn(
      process.execPath,
      [
        `--wasm-max-mem-pages=${WASM_PAGES}`,
        `--stack-size=${STACK_KILOBYTES}`,
        `--max-old-space-size=${HEAP_MEGABYTES}`,
        '--permission',
        ...readable.map((path) => `--allow-fs-read=${path}`),
        program,
      ],
      { env: {}, cwd: '/', stdio: ['pipe', 'pipe', 'ignore'] },
    );
    this.#child.on('error', () => this.#ended('ended'));
    this.#child.on('close', () => this.#ended('ended'));
    this.#child.stdin?.on('error', () => this.kill('ended'));
    if (this.#child.stdout) {
      createInterface({ input: this.#child.stdout }).on('line', (line) => this.#read(line));
    }
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  kill(end: SandboxEnd): void {
    this.#child.kill('SIGKILL');
    this.#ended(end);
  }

  /**
   * Sends one batch; `onLine` gets what comes, and says whether to go on. Resolves with `done` when the process is ready
   * for another batch, else with why it ended.
   */
  async run(request: SandboxRequest, onLine: (line: SandboxLine) => boolean): Promise<'done' | SandboxEnd> {
    const { promise, resolve } = Promise.withResolvers<'done' | SandboxEnd>();
    this.#onEnd = resolve;
    this.#hear();
    this.#onLine = (line) => {
      const isWanted = onLine(line);
      if ('leaving' in line && line.leaving === true) this.kill('ended');
      else if ('done' in line) resolve('done');
      else if (!isWanted || 'loadError' in line) this.kill('ended');
    };
    const watch = setInterval(() => this.#watch(), WATCH_MILLISECONDS);
    if (this.#end === undefined) this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    else resolve(this.#end);
    try {
      return await promise;
    } finally {
      clearInterval(watch);
      this.#onLine = () => undefined;
    }
  }

  #read(text: string): void {
    if (this.#end !== undefined) return;
    const line = text.length > MAX_LINE_CHARACTERS ? undefined : parseLine(text);
    if (line === undefined) return this.kill('ended');
    this.#hear();
    if ('ready' in line) this.#isReady = true;
    else this.#onLine(line);
  }

  #hear(): void {
    this.#heardAt = Date.now();
    this.#usedBefore = usedMilliseconds(this.#child.pid);
  }

  #watch(): void {
    const { pid } = this.#child;
    if (residentBytes(pid) > MAX_RESIDENT_BYTES) this.kill('too_big');
    else if (usedMilliseconds(pid) - this.#usedBefore > MAX_USED_MILLISECONDS) this.kill('too_long');
    else if (Date.now() - this.#heardAt > MAX_SILENCE_MILLISECONDS) this.kill('not_run');
  }

  #ended(end: SandboxEnd): void {
    this.#end ??= this.#isReady ? end : 'not_run';
    this.#onEnd(this.#end);
  }
}

/** What the process says is input like any other: the code in it is not to be trusted. */
function parseLine(text: string): SandboxLine | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return sandboxLineSchema.safeParse(json).data;
  } catch {
    return undefined;
  }
}

/** 0 where the system does not tell. */
function usedMilliseconds(pid: number | undefined): number {
  try {
    // After the name, which may hold anything but a closing parenthesis at its end, time is fields 12 and 13.
    const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(/\) /);
    const fields = rest.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MILLISECONDS;
  } catch {
    return 0;
  }
}

/** 0 where the system does not tell. */
function residentBytes(pid: number | undefined): number {
  try {
    const [, pages] = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ');
    return Number(pages) * PAGE_BYTES;
  } catch {
    return 0;
  }
}
