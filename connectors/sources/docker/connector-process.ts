import type { Readable } from 'node:stream';
import { MillraceError } from '../../../core/foundation/errors.ts';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { ContainerRunner, ProgramRequest, RunningProgram } from '../../containers/container-runner.ts';
import { LineReader, LineTooLongError } from './line-reader.ts';
import { toSentence } from './protocol.ts';

/** How much a connector may do before it is ended. */
export interface ConnectorLimits {
  readonly maxLineBytes: number;
  readonly maxBytes: number;
  /** Without a line, while somebody waits for one. */
  readonly idleSeconds: number;
  readonly wallSeconds: number;
  /** After it closed its output. */
  readonly exitSeconds: number;
}

export const CONNECTOR_LIMITS: ConnectorLimits = {
  maxLineBytes: 16 * 1024 * 1024,
  maxBytes: 256 * 1024 ** 3,
  idleSeconds: 300,
  wallSeconds: 24 * 3600,
  exitSeconds: 30,
};

const MAX_TAIL_CHARACTERS = 4_000;
const MAX_WORDS_CHARACTERS = 400;
const LAST_WORDS_MILLISECONDS = 1_000;
const MEGABYTE = 1024 * 1024;

/** One start of a connector, held to its limits. `blot` makes what it says fit to be shown. */
export class ConnectorProcess {
  readonly #program: RunningProgram;
  readonly #lines: LineReader;
  readonly #options: ConnectorProcessOptions;
  readonly #startedAt = performance.now();
  #tail = '';
  #idleMilliseconds = 0;
  readonly #saidAll: Promise<void>;
  readonly #onAbort: () => void;

  private constructor(program: RunningProgram, options: ConnectorProcessOptions) {
    this.#program = program;
    this.#options = options;
    this.#lines = new LineReader(program.stdout, options.limits);
    this.#saidAll = collect(program.stderr, (text) => this.note(text));
    // Reading must end at once, whatever it waits for.
    this.#onAbort = () => void this.stop();
    options.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  static async start(request: ProgramRequest, options: ConnectorProcessOptions): Promise<ConnectorProcess> {
    options.signal.throwIfAborted();
    const started = new ConnectorProcess(await options.runner.start(request, options.signal), options);
    if (!options.signal.aborted) return started;
    await started.stop();
    throw options.signal.reason;
  }

  get bytesRead(): number {
    return this.#lines.bytesRead;
  }

  /** The next lines; `waiting` when none came for a while, `undefined` at the end of its output. */
  async nextLines(milliseconds: number): Promise<Buffer[] | 'waiting' | undefined> {
    const { limits, signal } = this.#options;
    const askedAt = performance.now();
    const lines = await this.#readLines(milliseconds);
    signal.throwIfAborted();
    // Only while somebody waits for it: a reader that is busy writing has the connector wait.
    this.#idleMilliseconds = lines === 'waiting' ? this.#idleMilliseconds + performance.now() - askedAt : 0;
    if (lines === undefined) return undefined;
    if (this.#idleMilliseconds > limits.idleSeconds * 1000) {
      throw this.#beyond('too_slow', `printed nothing for ${limits.idleSeconds} seconds`, 'retryable');
    }
    if (performance.now() - this.#startedAt > limits.wallSeconds * 1000) {
      throw this.#beyond('too_slow', `had not ended after ${limits.wallSeconds} seconds`, 'fatal');
    }
    if (this.bytesRead > limits.maxBytes) {
      throw this.#beyond(
        'too_much',
        `printed more than ${Math.round(limits.maxBytes / MEGABYTE)} MB`,
        'fatal',
      );
    }
    return lines;
  }

  /** Keeps what the connector says beside its messages: the end of it is shown when it fails. */
  note(text: string): void {
    this.#tail = (this.#tail + text).slice(-MAX_TAIL_CHARACTERS);
  }

  /** Resolves when it ended well after all of its output was read. */
  async confirmSuccess(): Promise<void> {
    const { limits, signal } = this.#options;
    const exit = await Promise.race([this.#program.exited, pause(limits.exitSeconds * 1000, signal)]);
    signal.throwIfAborted();
    if (exit === undefined) {
      throw this.#beyond(
        'no_exit',
        `closed its output and did not end within ${limits.exitSeconds} seconds`,
        'retryable',
      );
    }
    if (exit.code === 0) return;
    // Its last words may still be on their way.
    await Promise.race([this.#saidAll, pause(LAST_WORDS_MILLISECONDS, signal)]);
    throw this.#failed(
      exit.signal === null ? `ended with exit code ${exit.code}` : `was ended by ${exit.signal}`,
      exit.code,
    );
  }

  async stop(): Promise<void> {
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    await this.#program.stop();
  }

  async #readLines(milliseconds: number): Promise<Buffer[] | 'waiting' | undefined> {
    try {
      return await this.#lines.next(milliseconds);
    } catch (error) {
      this.#options.signal.throwIfAborted();
      if (error instanceof LineTooLongError) {
        const megabytes = Math.round(this.#options.limits.maxLineBytes / MEGABYTE);
        throw this.#beyond('line_too_long', `printed a line of more than ${megabytes} MB`, 'fatal');
      }
      if (error instanceof MillraceError) throw error;
      throw this.#failed('could not be read from', null);
    }
  }

  #beyond(code: string, what: string, disposition: 'fatal' | 'retryable'): SourceError {
    return new SourceError(
      `docker.${code}`,
      `The connector ${this.#options.name} ${what}.${this.#lastWords()}`,
      { disposition },
    );
  }

  #failed(what: string, code: number | null): SourceError {
    // 126 and 127: there is no such program in it, or it cannot be run; anything else may pass.
    const disposition = code === 126 || code === 127 ? 'fatal' : 'retryable';
    return this.#beyond('failed', what, disposition);
  }

  #lastWords(): string {
    const words = toSentence(this.#options.blot(this.#tail).slice(-MAX_WORDS_CHARACTERS));
    return words === '' ? '' : ` It said last: ${words}`;
  }
}

export interface ConnectorProcessOptions {
  readonly runner: ContainerRunner;
  /** For messages. */
  readonly name: string;
  readonly limits: ConnectorLimits;
  readonly signal: AbortSignal;
  readonly blot: (text: string) => string;
}

/** Resolves when there is no more. */
async function collect(stream: Readable, take: (text: string) => void): Promise<void> {
  stream.on('data', (chunk: Buffer) => take(chunk.toString()));
  stream.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    stream.once('close', resolve);
  });
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<undefined> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    timer.unref();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
