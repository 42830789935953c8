import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Task } from '@aws-sdk/client-ecs';
import * as z from 'zod';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { ProgramExit, RunningProgram } from '../container-runner.ts';
import { endOf, exitOf, fault, faultOfRequest } from './task-fault.ts';
import type { TaskFiles } from './task-files.ts';

const LINE_FEED = 0x0a;
const PIECE_BYTES = 256 * 1024;
/** What a connector can have to do with ending after its output. Then ECS knows more than its task tells. */
const LOOKS_AT_THE_END = 3;
/** ECS does not show at once what it was asked to run. */
const MISSING_MILLISECONDS = 60_000;

export interface FargateProgramOptions {
  readonly files: TaskFiles;
  readonly image: string;
  /** What ECS knows of the task. */
  readonly describe: () => Promise<Task | undefined>;
  readonly stopTask: () => Promise<void>;
  readonly pace: WorkerPace;
}

export interface WorkerPace {
  /** Between two looks for the next part. */
  readonly partMilliseconds: number;
  /** Between two questions to ECS, while there is no part. */
  readonly taskMilliseconds: number;
  readonly beatMilliseconds: number;
}

/** A connector in its task: brings its output here as it is read, and tells the task that somebody does. */
export class FargateProgram implements RunningProgram {
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly exited: Promise<ProgramExit>;
  readonly #options: FargateProgramOptions;
  readonly #stopping = new AbortController();
  readonly #beats: NodeJS.Timeout;
  readonly #startedAt = performance.now();
  #settle: (exit: ProgramExit) => void = () => undefined;
  #lookedAt = performance.now();
  #looksAfterEnd = 0;
  #stopped: Promise<void> | undefined;

  constructor(options: FargateProgramOptions) {
    this.#options = options;
    this.exited = new Promise((resolve) => {
      this.#settle = resolve;
    });
    for (const stream of [this.stdout, this.stderr]) stream.on('error', () => undefined);
    const beat = async () => options.files.beat().catch(() => undefined);
    this.#beats = setInterval(() => void beat(), options.pace.beatMilliseconds);
    void this.#bring();
  }

  async stop(): Promise<void> {
    this.#stopped ??= this.#end();
    await this.#stopped;
  }

  async #end(): Promise<void> {
    clearInterval(this.#beats);
    this.#stopping.abort();
    // Without its orders the task ends itself, whatever becomes of this.
    await Promise.allSettled([this.#options.stopTask(), this.#options.files.remove()]);
    for (const stream of [this.stdout, this.stderr]) stream.destroy();
    this.#settle({ code: null, signal: 'SIGKILL' });
  }

  async #bring(): Promise<void> {
    try {
      for (let number = 0; ; number += 1) {
        const part = await this.#nextPart(number);
        if (part === undefined) return;
        const { header, output } = splitPart(part);
        if (header.said !== '') this.stderr.write(header.said);
        await this.#give(output);
        if (header.hasEnded && !this.stdout.writableEnded) this.stdout.end();
        if (header.code !== undefined) {
          this.#finish(exitOf(header.code));
          return;
        }
        await this.#options.files.release(number);
      }
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      this.stdout.destroy(error instanceof SourceError ? error : faultOfRequest(error));
      this.#finish({ code: null, signal: 'SIGKILL' });
    }
  }

  #finish(exit: ProgramExit): void {
    clearInterval(this.#beats);
    this.stderr.end();
    this.stdout.end();
    this.#settle(exit);
  }

  /** Waits until it is there; nothing once there will be none. */
  async #nextPart(number: number): Promise<Uint8Array | undefined> {
    const { files, pace } = this.#options;
    while (!this.#stopping.signal.aborted) {
      const part = await files.read(number);
      if (part !== undefined) return part;
      if (performance.now() - this.#lookedAt >= pace.taskMilliseconds) {
        const end = await this.#look();
        if (end !== undefined) {
          // All that it could send is there by now.
          const last = await files.read(number);
          if (last !== undefined) return last;
          if (end instanceof SourceError) throw end;
          this.#finish(end);
          return undefined;
        }
      }
      await sleep(pace.partMilliseconds, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
    }
    return undefined;
  }

  async #look(): Promise<ProgramExit | SourceError | undefined> {
    const task = await this.#options.describe();
    this.#lookedAt = performance.now();
    if (task === undefined) {
      const isLost = performance.now() - this.#startedAt > MISSING_MILLISECONDS;
      return isLost
        ? fault('task_stopped', 'ECS does not know the task of the connector.', 'retryable')
        : undefined;
    }
    const end = endOf(task, this.#options.image);
    if (end === undefined || task.lastStatus === 'STOPPED' || end instanceof SourceError) return end;
    // It ended and its relay lives: that has some moments to tell more.
    this.#looksAfterEnd += 1;
    return this.#looksAfterEnd >= LOOKS_AT_THE_END ? end : undefined;
  }

  /** In pieces, each of which waits until there is room for it. */
  async #give(output: Buffer): Promise<void> {
    for (let start = 0; start < output.length; start += PIECE_BYTES) {
      if (this.stdout.destroyed) return;
      if (this.stdout.write(output.subarray(start, start + PIECE_BYTES))) continue;
      await new Promise<void>((resolve) => {
        const goOn = () => {
          this.stdout.off('drain', goOn).off('close', goOn);
          resolve();
        };
        this.stdout.once('drain', goOn).once('close', goOn);
      });
    }
  }
}

const partHeaderSchema = z.object({
  said: z.string(),
  hasEnded: z.boolean(),
  code: z.number().optional(),
});

function splitPart(part: Uint8Array): { header: z.output<typeof partHeaderSchema>; output: Buffer } {
  const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
  const end = bytes.indexOf(LINE_FEED);
  const json: unknown = JSON.parse(bytes.subarray(0, end).toString());
  return { header: partHeaderSchema.parse(json), output: bytes.subarray(end + 1) };
}
