import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { failedResult, type FunctionDefinition, type InvokeResult } from './function-definition.ts';
import { functionEnvironment, type Endpoints } from './function-environment.ts';
import type { FunctionLog } from './function-log.ts';
import { TOO_LARGE, type Invocation, type RuntimeApi, type RuntimeSession } from './runtime-api.ts';

/** Lambda gives 10 s; a machine that starts everything at once may need longer. */
const INIT_TIMEOUT_MILLISECONDS = 30_000;

export interface FunctionProcessOptions {
  readonly definition: FunctionDefinition;
  readonly runtimeApi: RuntimeApi;
  readonly region: string;
  readonly endpoints: Endpoints;
  /** Certificates that the function trusts besides the usual ones. */
  readonly certificatesFile?: string | undefined;
  readonly log: FunctionLog;
  /** Where Node keeps compiled code between cold starts. */
  readonly compileCacheDirectory: string;
}

interface Running {
  readonly invocation: Invocation;
  readonly timer: NodeJS.Timeout;
  resolve(result: InvokeResult): void;
}

/** One process of a function behind the Runtime API; takes one invocation at a time. */
export class FunctionProcess implements RuntimeSession {
  /** Settles when the handler is loaded, with Lambda's error object if that failed. */
  readonly ready: Promise<InvokeResult | undefined>;
  /** Settles when the process is gone, whatever ended it. */
  readonly ended: Promise<void>;
  readonly #options: FunctionProcessOptions;
  readonly #child: ChildProcess;
  readonly #closeSession: () => void;
  readonly #ready = Promise.withResolvers<InvokeResult | undefined>();
  readonly #ended = Promise.withResolvers<void>();
  #running: Running | undefined;
  #sendNext: ((invocation: Invocation) => void) | undefined;
  #hasEnded = false;

  constructor(options: FunctionProcessOptions) {
    this.#options = options;
    this.ready = this.#ready.promise;
    this.ended = this.#ended.promise;
    const session = options.runtimeApi.open(this);
    this.#closeSession = session.close;
    this.#child = spawnFunction(options, session.address);
    this.#child.on('error', (error) => this.#end(`with error: ${error.message}`));
    this.#child.on('exit', (code, signal) =>
      this.#end(signal ? `with error: signal: ${signal}` : `with error: exit status ${code}`),
    );
    const initTimer = setTimeout(() => this.stop('SIGKILL'), INIT_TIMEOUT_MILLISECONDS);
    void this.ready.then(() => clearTimeout(initTimer));
  }

  /** Never rejects: a crash or a timeout is an answer. */
  invoke(payload: string): Promise<InvokeResult> {
    const { promise, resolve } = Promise.withResolvers<InvokeResult>();
    const { definition } = this.#options;
    const limit = definition.timeoutSeconds * 1000;
    const invocation = {
      requestID: randomUUID(),
      functionArn: definition.arn,
      deadline: Date.now() + limit,
      payload,
    };
    this.#running = { invocation, timer: setTimeout(() => this.#timeOut(), limit), resolve };
    if (this.#hasEnded) this.#end('before the invocation');
    this.#sendNext?.(invocation);
    this.#sendNext = undefined;
    return promise;
  }

  stop(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  onNext(send: (invocation: Invocation) => void): void {
    this.#ready.resolve(undefined);
    if (this.#running) send(this.#running.invocation);
    else this.#sendNext = send;
  }

  onResponse(requestID: string, payload: string): void {
    if (this.#isRunning(requestID)) this.#finish(payload === TOO_LARGE ? TOO_LARGE_RESULT : { payload });
  }

  onError(requestID: string, payload: string): void {
    if (this.#isRunning(requestID)) this.#finish({ payload, functionError: 'Unhandled' });
  }

  onInitError(payload: string): void {
    this.#ready.resolve({ payload, functionError: 'Unhandled' });
  }

  #isRunning(requestID: string): boolean {
    return this.#running?.invocation.requestID === requestID;
  }

  #finish(result: InvokeResult): void {
    clearTimeout(this.#running?.timer);
    this.#running?.resolve(result);
    this.#running = undefined;
  }

  #timeOut(): void {
    const seconds = this.#options.definition.timeoutSeconds.toFixed(2);
    this.#fail('Sandbox.Timedout', `Task timed out after ${seconds} seconds`);
    this.stop('SIGKILL');
  }

  #end(how: string): void {
    this.#hasEnded = true;
    this.#closeSession();
    if (this.#running) this.#fail('Runtime.ExitError', `Runtime exited ${how}`);
    this.#ready.resolve(failedResult('Runtime.ExitError', `Error: Runtime exited ${how}`));
    this.#ended.resolve();
  }

  #fail(errorType: string, problem: string): void {
    const message = `RequestId: ${this.#running?.invocation.requestID} Error: ${problem}`;
    this.#options.log.write(`${message}\n`);
    this.#finish(failedResult(errorType, message));
  }
}

const TOO_LARGE_RESULT = failedResult(
  'Function.ResponseSizeTooLarge',
  'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
);

/**
 * Memory outside the heap hangs on small objects of the young generation: a small one lets go of it early, before it
 * counts for a collection of the whole heap. Measured on 1,000,000 rows: 5 of those per run instead of 8 with 2 MB, 165 MiB
 * at the most instead of 174. (Lambda sizes it by the function's memory.)
 */
const YOUNG_GENERATION_MEGABYTES = 1;

/**
 * glibc gives buffers back to the system as soon as they are free. Measured on a file of 1 GB: 196 MiB at the most instead
 * of 229, and 4 % slower. Other C libraries take no notice.
 */
const ALLOCATOR = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '65536',
  MALLOC_TRIM_THRESHOLD_: '65536',
};

function spawnFunction(options: FunctionProcessOptions, runtimeApi: string): ChildProcess {
  const { definition, region, endpoints, certificatesFile, log } = options;
  const child = spawn(
    process.execPath,
    [
      `--max-old-space-size=${definition.memoryMegabytes}`,
      `--max-semi-space-size=${YOUNG_GENERATION_MEGABYTES}`,
      fileURLToPath(new URL('bootstrap.mjs', import.meta.url)),
      options.compileCacheDirectory,
    ],
    {
      cwd: definition.bundleDirectory,
      env: {
        ...ALLOCATOR,
        ...functionEnvironment(definition, { runtimeApi, region, endpoints, certificatesFile }),
      },
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own: Ctrl-C reaches the runtime alone, which then lets its functions finish.
      detached: true,
    },
  );
  child.stdout?.on('data', (chunk: Buffer) => log.write(chunk));
  child.stderr?.on('data', (chunk: Buffer) => log.write(chunk));
  return child;
}
