import {
  transformRequestSchema,
  type TransformAnswer,
  type TransformLog,
  type TransformRequest,
  type TransformResult,
} from '../../core/transformations/transform-message.ts';
import { MAX_LOG_LINES } from './sandbox-limits.ts';
import { SandboxProcess, type SandboxEnd, type SandboxOptions } from './sandbox-process.ts';
import type { SandboxLine } from './sandbox-protocol.ts';

/** After so long an answer goes back with what is there; with the longest wait for one record, below the timeout. */
const BATCH_MILLISECONDS = 4_000;

/** Lambda's answers may have 6 MB, and each of these characters can take more than one byte. */
const MAX_ANSWER_CHARACTERS = 1_500_000;

/** Runs transformations one batch at a time, in a process that only ever sees the code of one of them. */
export function createHandler(options: SandboxOptions): (event: unknown) => Promise<TransformAnswer> {
  let current: { readonly key: string; readonly process: SandboxProcess } | undefined;
  const processFor = (key: string): SandboxProcess => {
    if (current?.key === key && !current.process.hasEnded) return current.process;
    current?.process.kill('ended');
    current = { key, process: new SandboxProcess(options) };
    return current.process;
  };
  return async (event) => {
    const request = transformRequestSchema.parse(event);
    const batch = new Batch(request);
    while (batch.wantsMore()) {
      const end = await processFor(request.key).run(batch.rest(), (line) => batch.take(line));
      if (end !== 'done') batch.blame(end);
    }
    return batch.answer();
  };
}

class Batch {
  readonly #request: TransformRequest;
  readonly #results: TransformResult[] = [];
  readonly #logs: TransformLog[] = [];
  readonly #until = Date.now() + BATCH_MILLISECONDS;
  #characters = 0;
  #loadError: string | undefined;
  /** The process ended on purpose, after its last result. */
  #isExpected = false;

  constructor(request: TransformRequest) {
    this.#request = request;
  }

  wantsMore(): boolean {
    if (this.#loadError !== undefined || this.#results.length >= this.#request.records.length) return false;
    const isFull = Date.now() > this.#until || this.#characters > MAX_ANSWER_CHARACTERS;
    return this.#results.length === 0 || !isFull;
  }

  rest() {
    const { code, secrets, nowMilliseconds, seed, records } = this.#request;
    this.#isExpected = false;
    return { code, secrets, nowMilliseconds, seed, records: records.slice(this.#results.length) };
  }

  take(line: SandboxLine): boolean {
    if ('log' in line) {
      if (this.#logs.length < MAX_LOG_LINES) this.#logs.push(line.log);
      return true;
    }
    if ('result' in line) {
      this.#push(line.result);
      this.#isExpected = line.leaving === true || !this.wantsMore();
      // The last record is followed by a line that says whether the process can be used again.
      return this.wantsMore() || this.#results.length === this.#request.records.length;
    }
    this.#isExpected = true;
    if ('loadError' in line) this.#loadError = line.loadError;
    return true;
  }

  /** The record at which the process ended is the one that ended it. */
  blame(end: SandboxEnd): void {
    const isComplete = this.#results.length >= this.#request.records.length;
    if (this.#isExpected || isComplete) return;
    if (end === 'not_run') throw new Error('The sandbox did not start, or was not let run');
    const [code, message] = ENDS[end];
    this.#push({ error: { code, message } });
  }

  answer(): TransformAnswer {
    if (this.#loadError !== undefined) return { loadError: this.#loadError };
    return { results: this.#results, logs: this.#logs };
  }

  #push(result: TransformResult): void {
    this.#results.push(result);
    this.#characters +=
      'outputs' in result ? result.outputs.reduce((sum, { length }) => sum + length, 0) : 500;
  }
}

const ENDS: Readonly<Record<Exclude<SandboxEnd, 'not_run'>, readonly [code: string, message: string]>> = {
  too_long: ['transform.timeout', 'could not be interrupted and was killed'],
  too_big: ['transform.memory', 'used more memory than a transformation may'],
  ended: ['transform.memory', 'made the sandbox end: it used more memory or stack than a transformation may'],
};
