import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FunctionDefinition } from '../../../local/lambda/function-definition.ts';
import { startFunctionHost, type FunctionHost } from '../../../local/lambda/function-host.ts';
import { openFunctionLog } from '../../../local/lambda/function-log.ts';
import { FunctionPool } from '../../../local/lambda/function-pool.ts';
import { FunctionProcess } from '../../../local/lambda/function-process.ts';
import { startRuntimeApi } from '../../../local/lambda/runtime-api.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures', 'functions');

function define(overrides: Partial<FunctionDefinition> = {}): FunctionDefinition {
  return {
    name: 'subject',
    label: 'subject',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:subject',
    bundleDirectory: join(FIXTURES, 'behaviours'),
    handler: 'index.handler',
    runtime: 'nodejs24.x',
    environment: { TABLE_NAME: 'the-table' },
    memoryMegabytes: 128,
    timeoutSeconds: 3,
    ...overrides,
  };
}

let dataDirectory: string;
let host: FunctionHost;

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'millrace-functions-'));
});

afterEach(async () => {
  await host?.stop(0);
  await rm(dataDirectory, { recursive: true, force: true });
});

async function start(...functions: FunctionDefinition[]): Promise<void> {
  host = await startFunctionHost({
    functions,
    region: 'us-east-1',
    endpoints: { SQS: 'http://127.0.0.1:1' },
    dataDirectory,
  });
}

async function invoke(event: object, name = 'subject') {
  const { payload, functionError } = await host.invoke(name, JSON.stringify(event));
  return { answer: JSON.parse(payload), functionError };
}

describe('a function', () => {
  it('answers with what its handler returns, and is told its name, its request and its deadline', async () => {
    await start(define());
    const { answer, functionError } = await invoke({ do: 'answer' });
    expect(functionError).toBeUndefined();
    expect(answer.arn).toBe('arn:aws:lambda:us-east-1:000000000000:function:subject');
    expect(answer.requestID).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.remaining).toBeGreaterThan(2000);
    expect(answer.remaining).toBeLessThanOrEqual(3000);
    expect((await invoke({ do: 'nothing' })).answer).toBeNull();
  });

  it('stays warm: the next invocation is served by the same process', async () => {
    await start(define());
    const first = await invoke({ do: 'answer' });
    const second = await invoke({ do: 'answer' });
    expect(second.answer).toMatchObject({ pid: first.answer.pid, invocations: 2 });
  });

  it('sees its own environment and nothing of the one that the runtime was started in', async () => {
    process.env['OF_THE_PARENT'] = 'x';
    await start(define());
    const { answer } = await invoke({ do: 'environment' });
    delete process.env['OF_THE_PARENT'];
    expect(answer).toMatchObject({
      TABLE_NAME: 'the-table',
      AWS_ENDPOINT_URL_SQS: 'http://127.0.0.1:1',
      AWS_REGION: 'us-east-1',
      AWS_LAMBDA_FUNCTION_NAME: 'subject',
      _HANDLER: 'index.handler',
    });
    const others = Object.keys(answer).filter(
      (name) => !/^(AWS_|LAMBDA_|_HANDLER|_X_AMZN|LANG|TZ|TABLE_NAME|MALLOC_)/.test(name),
    );
    expect(others).toEqual([]);
  });

  it('that throws answers with the type and the sentence, and goes on', async () => {
    await start(define());
    const { answer, functionError } = await invoke({ do: 'throw' });
    expect(functionError).toBe('Unhandled');
    expect(answer).toMatchObject({ errorType: 'TypeError', errorMessage: 'the sentence' });
    expect(answer.trace[0]).toBe('TypeError: the sentence');
    expect((await invoke({ do: 'answer' })).answer.invocations).toBe(2);
  });

  it('that ends its process fails that invocation only: the next one has a new process', async () => {
    await start(define());
    const before = await invoke({ do: 'answer' });
    const crashed = await invoke({ do: 'exit' });
    expect(crashed.functionError).toBe('Unhandled');
    expect(crashed.answer.errorType).toBe('Runtime.ExitError');
    expect(crashed.answer.errorMessage).toMatch(
      /^RequestId: \S+ Error: Runtime exited with error: exit status 3$/,
    );
    const after = await invoke({ do: 'answer' });
    expect(after.answer.pid).not.toBe(before.answer.pid);
    expect(after.answer.invocations).toBe(1);
  });

  it('with a rejection that nobody handles fails with that rejection', async () => {
    await start(define());
    const { answer } = await invoke({ do: 'reject later' });
    expect(answer).toMatchObject({ errorMessage: 'nobody listens' });
  });

  it('that takes longer than its timeout is killed and reported as Lambda does', async () => {
    await start(define({ timeoutSeconds: 1 }));
    const before = await invoke({ do: 'answer' });
    const late = await invoke({ do: 'sleep', milliseconds: 5000 });
    expect(late.answer).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Task timed out after 1\.00 seconds$/),
    });
    expect((await invoke({ do: 'answer' })).answer.pid).not.toBe(before.answer.pid);
  });

  it('that cannot be loaded answers with the reason', async () => {
    await start(define({ bundleDirectory: join(FIXTURES, 'broken') }));
    const { answer, functionError } = await invoke({ do: 'answer' });
    expect(functionError).toBe('Unhandled');
    expect(answer).toMatchObject({ errorType: 'Error', errorMessage: 'cannot load' });
  });

  it('whose answer is larger than 6 MB fails in words that say so', async () => {
    await start(define());
    const { answer } = await invoke({ do: 'too much' });
    expect(answer).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
    expect((await invoke({ do: 'answer' })).functionError).toBeUndefined();
  });

  it('gets one process per invocation at once, up to its limit, and the others wait', async () => {
    await start(define({ reservedConcurrency: 2 }));
    const answers = await Promise.all([1, 2, 3, 4].map(() => invoke({ do: 'sleep', milliseconds: 150 })));
    expect(new Set(answers.map(({ answer }) => answer.pid)).size).toBe(2);
  });

  it('whose processes are all busy for too long is refused', async () => {
    await start(define({ reservedConcurrency: 1 }));
    const busy = invoke({ do: 'sleep', milliseconds: 600 });
    await expect(host.invoke('subject', '{}', { maxWaitMilliseconds: 50 })).rejects.toThrow('busy');
    await busy;
  });

  it('writes what it prints to its log', async () => {
    await start(define());
    await invoke({ do: 'print', text: 'a line\n' });
    await expect.poll(() => readFile(join(dataDirectory, 'logs', 'subject.log'), 'utf8')).toBe('a line\n');
  });

  it('ends its processes once they have been idle for a while', async () => {
    const runtimeApi = await startRuntimeApi();
    const log = openFunctionLog(join(dataDirectory, 'idle.log'));
    const started: FunctionProcess[] = [];
    const pool = new FunctionPool({
      functionName: 'subject',
      maxProcesses: 1,
      idleMilliseconds: 50,
      start() {
        const compileCacheDirectory = join(dataDirectory, 'compiled');
        const one = new FunctionProcess({
          ...{ definition: define(), runtimeApi, region: 'us-east-1', endpoints: {} },
          ...{ log, compileCacheDirectory },
        });
        started.push(one);
        return one;
      },
    });
    await pool.invoke('{"do":"nothing"}');
    await started[0]?.ended;
    expect((await pool.invoke('{"do":"nothing"}')).payload).toBe('null');
    expect(started).toHaveLength(2);
    await pool.stop(0);
    await runtimeApi.stop();
    log.close();
  });
});

describe('functions whose machine is killed', () => {
  it('end too, even in the middle of their work', async () => {
    const program = `
      import { startFunctionHost } from ${JSON.stringify(join(import.meta.dirname, '../../../local/lambda/function-host.ts'))};
      const host = await startFunctionHost(JSON.parse(process.argv[1]));
      const { payload } = await host.invoke('subject', '{"do":"answer"}');
      // Time enough for the process to be at work.
      setTimeout(() => process.stdout.write(String(JSON.parse(payload).pid)), 200);
      await host.invoke('subject', '{"do":"sleep","milliseconds":60000}');
    `;
    const options = {
      functions: [define({ timeoutSeconds: 90 })],
      region: 'us-east-1',
      endpoints: {},
      dataDirectory,
    };
    const machine = spawn(process.execPath, ['--input-type=module', '-e', program, JSON.stringify(options)]);
    const pid = await new Promise<number>((resolve) => {
      machine.stdout.once('data', (text: Buffer) => resolve(Number(text.toString())));
    });
    expect(isAlive(pid)).toBe(true);
    machine.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 3000 }).toBe(false);
  });
});

describe('a log', () => {
  it('is put aside when it has grown large', async () => {
    const file = join(dataDirectory, 'grown.log');
    const log = openFunctionLog(file, 10);
    for (const text of ['first of all\n', 'second\n']) log.write(text);
    log.close();
    expect(await readFile(`${file}.1`, 'utf8')).toBe('first of all\n');
    expect(await readFile(file, 'utf8')).toBe('second\n');
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
