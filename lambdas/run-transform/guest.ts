import {
  Scope,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSWASMModule,
} from 'quickjs-emscripten-core';
import * as z from 'zod';

import { GUEST_PRELUDE } from './guest-prelude.ts';
import { HEAP_BYTES, MAX_JOBS_PER_RECORD, RECORD_MILLISECONDS, STACK_BYTES } from './sandbox-limits.ts';
import type { SandboxLog, SandboxRequest, SandboxResult } from './sandbox-protocol.ts';

const CODE_FILE = 'transform.js';

const outcomeSchema = z.union([
  z.object({ outputs: z.array(z.string()) }),
  z.object({ code: z.string(), message: z.string(), stack: z.string() }),
]);

/** The code cannot be loaded: a syntax error, no function `transform`, an exception at its top level. */
export class LoadError extends Error {}

/** What one record came to; `isSpent`: the guest was stopped in the middle, and must not be used again. */
export interface GuestAnswer {
  readonly result: SandboxResult;
  readonly isSpent: boolean;
}

/** The user's code in a QuickJS runtime of its own. */
export class Guest {
  readonly #runtime: QuickJSRuntime;
  readonly #context: QuickJSContext;
  readonly #host: QuickJSHandle;
  #startedAt = 0;
  #usedBefore = 0;

  /** Loads the code; throws a `LoadError` that says why it cannot be. */
  constructor(quickJS: QuickJSWASMModule, request: SandboxRequest, print: (log: SandboxLog) => void) {
    this.#runtime = quickJS.newRuntime();
    this.#runtime.setMaxStackSize(STACK_BYTES);
    this.#runtime.setMemoryLimit(HEAP_BYTES);
    this.#runtime.setInterruptHandler(() => this.#isLate());
    this.#context = this.#runtime.newContext();
    this.#host = this.#start(request, print);
    this.#load(request.code);
  }

  run(record: string, seed: number): GuestAnswer {
    this.#startClock();
    const started = Scope.withScope((scope) => {
      const text = scope.manage(this.#context.newString(record));
      return this.#context.callMethod(this.#host, 'start', [text, this.#context.newNumber(seed)]);
    });
    if (started.error) return this.#stopped(started.error);
    started.value.dispose();
    for (let jobs = 0; jobs < MAX_JOBS_PER_RECORD;) {
      const executed = this.#runtime.executePendingJobs(1_000);
      if (executed.error) return this.#stopped(executed.error);
      jobs += executed.value + 1;
      if (this.#runtime.hasPendingJob()) continue;
      const outcome = this.#poll();
      if (typeof outcome !== 'string') return outcome;
      if (outcome === 'pending') continue;
      if (this.#isLate()) return this.#late();
      if (outcome === 'idle') return failed('transform.failed', 'its promise never settles');
      return toAnswer(readOutcome(outcome));
    }
    return { ...failed('transform.timeout', 'ran too many continuations of promises'), isSpent: true };
  }

  dispose(): void {
    this.#host.dispose();
    this.#context.dispose();
    this.#runtime.dispose();
  }

  #start({ secrets, nowMilliseconds }: SandboxRequest, print: (log: SandboxLog) => void): QuickJSHandle {
    this.#startClock();
    const context = this.#context;
    return Scope.withScope((scope) => {
      const prelude = scope.manage(context.unwrapResult(context.evalCode(GUEST_PRELUDE, 'prelude.js')));
      const printer = scope.manage(
        context.newFunction('print', (level, message) => {
          print({ level: context.getString(level), message: context.getString(message) });
        }),
      );
      const secretsText = scope.manage(context.newString(JSON.stringify(secrets)));
      const parts = [printer, context.newNumber(nowMilliseconds), secretsText];
      return context.unwrapResult(context.callFunction(prelude, context.undefined, parts));
    });
  }

  #load(code: string): void {
    const context = this.#context;
    const loaded = context.evalCode(code, CODE_FILE, { type: 'global' });
    if (loaded.error) throw new LoadError(this.#describe(loaded.error));
    loaded.value.dispose();
    const found = context.evalCode('typeof transform === "function" ? transform : undefined', 'found.js');
    if (found.error || context.typeof(found.value) !== 'function') {
      throw new LoadError('there is no function transform(record, helper)');
    }
    context.unwrapResult(context.callMethod(this.#host, 'install', [found.value])).dispose();
    found.value.dispose();
  }

  #poll(): string | GuestAnswer {
    const polled = this.#context.callMethod(this.#host, 'poll', []);
    if (polled.error) return this.#stopped(polled.error);
    const text = this.#context.getString(polled.value);
    polled.value.dispose();
    return text;
  }

  /** The engine itself stopped the code: its time is up, or there is no memory for even an exception. */
  #stopped(error: QuickJSHandle): GuestAnswer {
    if (this.#isLate()) return this.#late();
    return { ...failed('transform.failed', this.#describe(error)), isSpent: true };
  }

  #startClock(): void {
    this.#startedAt = Date.now();
    this.#usedBefore = usedMilliseconds();
  }

  /** By the clock and by the processor's time, so that a busy machine does not fail a record that did little. */
  #isLate(): boolean {
    if (Date.now() - this.#startedAt <= RECORD_MILLISECONDS) return false;
    return usedMilliseconds() - this.#usedBefore > RECORD_MILLISECONDS;
  }

  #late(): GuestAnswer {
    return { ...failed('transform.timeout', `ran for more than ${RECORD_MILLISECONDS} ms`), isSpent: true };
  }

  #describe(error: QuickJSHandle): string {
    const thrown = z
      .object({ name: z.string(), message: z.string(), stack: z.string().default('') })
      .safeParse(this.#context.dump(error));
    if (!thrown.success) return 'threw something that cannot be shown';
    return `${thrown.data.name}: ${thrown.data.message}`.slice(0, 400).concat(lineOf(thrown.data.stack));
  }
}

function usedMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function readOutcome(text: string): SandboxResult {
  const parsed = outcomeSchema.safeParse(JSON.parse(text));
  if (!parsed.success) return failed('transform.failed', 'its result cannot be read').result;
  const { data } = parsed;
  if ('outputs' in data) return data;
  return { error: { code: data.code, message: data.message.concat(lineOf(data.stack)) } };
}

/** After the memory ran out, nothing that is left in it is to be relied on. */
function toAnswer(result: SandboxResult): GuestAnswer {
  if (!('error' in result)) return { result, isSpent: false };
  // Without memory for an exception, QuickJS throws null.
  if (result.error.message === 'threw null') return { result, isSpent: true };
  if (!result.error.message.startsWith('InternalError: out of memory')) return { result, isSpent: false };
  return { ...failed('transform.memory', 'used more memory than a transformation may'), isSpent: true };
}

function failed(code: string, message: string): GuestAnswer {
  return { result: { error: { code, message } }, isSpent: false };
}

/** Where in the user's code, as far as the stack says it. */
function lineOf(stack: string): string {
  const [, line] = /transform\.js:(\d+)/.exec(stack) ?? [];
  return line === undefined ? '' : ` (line ${line})`;
}
