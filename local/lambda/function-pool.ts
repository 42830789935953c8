import { ThrottledError, type InvokeOptions, type InvokeResult } from './function-definition.ts';
import type { FunctionProcess } from './function-process.ts';

/** A busy process is often free again sooner than a new one has started. */
const GROW_AFTER_MILLISECONDS = 40;
const IDLE_MILLISECONDS = 5 * 60_000;
/** As long as API Gateway waits for an integration at most. */
const MAX_WAIT_MILLISECONDS = 29_000;

export interface FunctionPoolOptions {
  readonly functionName: string;
  readonly maxProcesses: number;
  readonly idleMilliseconds?: number;
  start(): FunctionProcess;
}

/** A caller that waits for a process; it gets one, or the answer of a process that could not start. */
type Waiter = (outcome: FunctionProcess | InvokeResult) => void;

/** Processes of one function: one invocation at a time each, more of them under load, fewer when idle. */
export class FunctionPool {
  readonly #options: FunctionPoolOptions;
  readonly #all = new Set<FunctionProcess>();
  readonly #idle = new Map<FunctionProcess, NodeJS.Timeout>();
  readonly #waiting: Waiter[] = [];
  #starting = 0;
  #stopping = false;

  constructor(options: FunctionPoolOptions) {
    this.#options = options;
  }

  async invoke(payload: string, options: InvokeOptions = {}): Promise<InvokeResult> {
    if (this.#stopping) throw new ThrottledError(this.#options.functionName);
    const taken =
      this.#takeIdle() ?? (await this.#wait(options.maxWaitMilliseconds ?? MAX_WAIT_MILLISECONDS));
    if (!('invoke' in taken)) return taken;
    try {
      return await taken.invoke(payload);
    } finally {
      this.#park(taken);
    }
  }

  /** Starts a process ahead of the first invocation; resolves when it is ready. */
  async warm(): Promise<void> {
    if (this.#all.size === 0) await this.#startOne();
  }

  /** Lets processes finish what they do for `graceMilliseconds`, then ends them. */
  async stop(graceMilliseconds: number): Promise<void> {
    this.#stopping = true;
    for (const process of this.#idle.keys()) process.stop('SIGTERM');
    const timer = setTimeout(() => {
      for (const process of this.#all) process.stop('SIGKILL');
    }, graceMilliseconds);
    await Promise.all([...this.#all].map((process) => process.ended));
    clearTimeout(timer);
  }

  #takeIdle(): FunctionProcess | undefined {
    // The one used last first: the others can grow old and end.
    const last = [...this.#idle.keys()].at(-1);
    if (last) this.#unpark(last);
    return last;
  }

  async #wait(maxWaitMilliseconds: number): Promise<FunctionProcess | InvokeResult> {
    const { promise, resolve, reject } = Promise.withResolvers<FunctionProcess | InvokeResult>();
    this.#waiting.push(resolve);
    const refuse = setTimeout(() => {
      this.#waiting.splice(this.#waiting.indexOf(resolve), 1);
      reject(new ThrottledError(this.#options.functionName));
    }, maxWaitMilliseconds);
    if (this.#all.size === 0) this.#grow();
    const growLater = setTimeout(() => this.#grow(), GROW_AFTER_MILLISECONDS);
    try {
      return await promise;
    } finally {
      clearTimeout(refuse);
      clearTimeout(growLater);
    }
  }

  #grow(): void {
    if (this.#stopping) return;
    const missing = this.#waiting.length - this.#starting;
    const room = this.#options.maxProcesses - this.#all.size;
    for (let index = 0; index < Math.min(missing, room); index += 1) void this.#startOne();
  }

  async #startOne(): Promise<void> {
    this.#starting += 1;
    const process = this.#options.start();
    this.#all.add(process);
    void process.ended.then(() => this.#forget(process));
    const failure = await process.ready;
    this.#starting -= 1;
    if (!failure) return this.#park(process);
    // Whoever waits longest learns why; the next one gets a process of its own.
    this.#waiting.shift()?.(failure);
    process.stop('SIGKILL');
  }

  #park(process: FunctionProcess): void {
    if (!this.#all.has(process)) return;
    if (this.#stopping) return process.stop('SIGTERM');
    const waiter = this.#waiting.shift();
    if (waiter) return waiter(process);
    const timer = setTimeout(() => {
      this.#unpark(process);
      process.stop('SIGTERM');
    }, this.#options.idleMilliseconds ?? IDLE_MILLISECONDS);
    this.#idle.set(process, timer.unref());
  }

  #unpark(process: FunctionProcess): void {
    clearTimeout(this.#idle.get(process));
    this.#idle.delete(process);
  }

  #forget(process: FunctionProcess): void {
    this.#unpark(process);
    this.#all.delete(process);
    this.#grow();
  }
}
