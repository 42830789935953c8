import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CONNECTOR_LIMITS, ConnectorProcess } from '../../../connectors/sources/docker/connector-process.ts';
import { dockerConnector } from '../../../connectors/sources/docker/index.ts';
import { dockerInputSchema } from '../../../connectors/sources/docker/docker-input.ts';
import { Secret } from '../../../core/foundation/secret.ts';
import type { MillraceError } from '../../../core/foundation/errors.ts';
import { isRunning } from '../../support/is-running.ts';
import { collect, type Parsed } from '../support/parse-bytes.ts';
import { MANY } from '../contract/read-subject.ts';
import { dockerContext, openCommands } from './open-docker.ts';

let commands: ReturnType<typeof openCommands>;
beforeEach(() => {
  commands = openCommands();
});
afterEach(() => {
  // Whatever a connector did: nothing of it is left.
  const left = readdirSync(commands.directory);
  if (left.length > 0) throw new Error(`There are files left: ${left.join(', ')}`);
  commands.remove();
});

const INCREMENTAL = { streams: [{ name: 'items', syncMode: 'incremental' as const }] };

/** Reads a tap to its end, or to what it fails with; all that it gave before counts. */
async function readTap(
  configuration: Record<string, unknown>,
  options: { taskInput?: typeof INCREMENTAL; signal?: AbortSignal; token?: string } = {},
): Promise<Parsed & { states: string[]; error?: MillraceError }> {
  const input = dockerInputSchema.parse({
    image: 'tap-test',
    imageType: 'singer',
    registry: 'dockerhub',
    configuration,
  });
  const source = dockerConnector.open({
    ...dockerContext(
      commands.runner,
      {},
      {
        taskInput: options.taskInput ?? INCREMENTAL,
        ...(options.token === undefined
          ? {}
          : { authentication: { type: 'secrets', input: { token: new Secret(options.token) } } }),
      },
    ),
    input,
    limits: MANY,
  });
  const reading: Parsed & { states: string[]; error?: MillraceError } = {
    texts: [],
    rejected: [],
    states: [],
  };
  try {
    for await (const batch of source.read(undefined, options.signal ?? new AbortController().signal)) {
      collect(batch, reading);
      reading.states.push(source.stateAt?.(batch.cursor) ?? '');
    }
  } catch (error) {
    reading.error = error as MillraceError;
  }
  return reading;
}

describe('a tap', () => {
  test('has its records written byte for byte, numbers too that JavaScript cannot hold', async () => {
    const { texts, error } = await readTap({ records: 2 });
    expect(error).toBeUndefined();
    expect(texts).toEqual([
      '{"objectID":"1","id": 1, "name": "Lamp 1", "price": 1.50, "huge": 9007199254740993}',
      '{"objectID":"2","id": 2, "name": "Lamp 2", "price": 2.50, "huge": 9007199254740993}',
    ]);
  });

  test('that prints garbage among its messages is read all the same, but for a record that was cut', async () => {
    const { texts, rejected, error } = await readTap({ records: 8, misbehave: 'garbage', at: 4 });
    expect(error).toBeUndefined();
    expect(texts).toHaveLength(8);
    expect(rejected).toMatchObject([
      { code: 'docker.bad_record', position: 4, content: { text: expect.stringContaining('"RECORD"') } },
    ]);
  });

  test('has records rejected that are none, or have no id, and the rest written', async () => {
    const { texts, rejected, error } = await readTap({ records: 8, misbehave: 'badRecords', at: 4 });
    expect(error).toBeUndefined();
    expect(texts).toHaveLength(8);
    expect(rejected).toMatchObject([
      { code: 'docker.not_an_object', position: 4 },
      { code: 'record.missing_id', position: 5, field: 'id' },
    ]);
  });

  test('that prints a line of 1 GB is ended at 16 MB, and held in no memory', async () => {
    const before = process.memoryUsage().rss;
    const { texts, error } = await readTap({ records: 9, misbehave: 'longLine', at: 5 });
    expect(texts).toHaveLength(4);
    expect(error).toMatchObject({ code: 'docker.line_too_long', disposition: 'fatal' });
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });

  test('that fails after a state has what came before it written, and goes on at that state', async () => {
    const { texts, states, error } = await readTap(
      { records: 30, misbehave: 'fails', at: 25, token: '${token}' },
      { token: 'canary-token' },
    );
    expect(texts).toHaveLength(24);
    expect(states.at(-1)).toContain('"id":20');
    expect(error).toMatchObject({ code: 'docker.failed', disposition: 'retryable' });
    expect(error?.message).toBe(
      'The connector tap-test ended with exit code 1. It said last: Could not reach the shop with [secret]',
    );
  });

  test('that fails after everything has not succeeded', async () => {
    const { texts, error } = await readTap({ records: 20, misbehave: 'failsAtEnd' });
    expect(texts).toHaveLength(20);
    expect(error?.message).toContain('ended with exit code 3');
  });

  test('that is killed has not succeeded', async () => {
    const { texts, error } = await readTap({ records: 30, misbehave: 'killed', at: 25 });
    expect(texts).toHaveLength(24);
    expect(error).toMatchObject({ code: 'docker.failed', message: expect.stringContaining('SIGKILL') });
  });

  test('that closes its output early and says that all is well is not believed', async () => {
    const { texts, states, error } = await readTap({ records: 30, misbehave: 'closesOutput', at: 25 });
    expect(texts).toHaveLength(24);
    expect(states.at(-1)).toContain('"id":20');
    expect(error).toMatchObject({ code: 'docker.no_final_state', disposition: 'retryable' });
  });

  test('that ends without a state after its last records is not believed either', async () => {
    const { error } = await readTap({ records: 25, misbehave: 'noFinalState' });
    expect(error).toMatchObject({ code: 'docker.no_final_state' });
  });

  test('that lists no streams as Singer does is told from one that fails', async () => {
    expect((await readTap({ misbehave: 'badCatalog' })).error).toMatchObject({ code: 'docker.bad_catalog' });
    const refused = await readTap(
      { misbehave: 'refusesConfig', token: '${token}' },
      { token: 'canary-token' },
    );
    expect(refused.error?.message).toContain('CRITICAL the token [secret] is not accepted');
  });

  test('that never says anything is ended when the run is cancelled', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error('The run was cancelled')), 1_000);
    const { error } = await readTap({ records: 30, misbehave: 'hangs', at: 25 }, { signal: stop.signal });
    expect(error?.message).toBe('The run was cancelled');
  });

  test('whose task names what it does not have is an error that says what there is', async () => {
    const streams = [{ name: 'item', syncMode: 'incremental' as const }];
    const unknown = await readTap({ records: 1 }, { taskInput: { streams } });
    expect(unknown.error?.message).toBe('The connector has no stream item; it has items, notes.');
    const notes = await readTap({}, { taskInput: { streams: [{ name: 'notes', syncMode: 'incremental' }] } });
    expect(notes.error?.message).toContain('cannot be read as incremental: its connector offers fullTable');
  });
});

describe('a connector is ended', () => {
  const start = (script: string, limits: Partial<typeof CONNECTOR_LIMITS>) =>
    ConnectorProcess.start(
      { image: 'x', name: 'tap-inline', files: {}, args: () => ['-e', script] },
      {
        runner: commands.runner,
        name: 'tap-inline',
        limits: { ...CONNECTOR_LIMITS, ...limits },
        signal: new AbortController().signal,
        blot: (text) => text,
      },
    );
  const readAll = async (process: ConnectorProcess) => {
    try {
      while ((await process.nextLines(50)) !== undefined);
      await process.confirmSuccess();
    } finally {
      await process.stop();
    }
  };

  test.each([
    [
      'when it prints nothing for too long',
      'setInterval(() => {}, 1000)',
      { idleSeconds: 0.3 },
      'printed nothing for 0.3 seconds',
    ],
    [
      'when it does not come to an end',
      'setInterval(() => console.log(1), 20)',
      { wallSeconds: 0.5 },
      'had not ended after 0.5 seconds',
    ],
    [
      'when it prints too much',
      'const more = () => process.stdout.write("x".repeat(1e6) + "\\n", more); more()',
      { maxBytes: 5e6 },
      'printed more than 5 MB',
    ],
    [
      'when it closes its output and stays',
      'require("fs").closeSync(1); require("fs").closeSync(2); setInterval(() => {}, 1000)',
      { exitSeconds: 0.3 },
      'closed its output and did not end within 0.3 seconds',
    ],
  ])('%s', async (_when, script, limits, message) => {
    await expect(readAll(await start(script, limits))).rejects.toThrow(message);
  });

  test('with all that it started itself', async () => {
    const script = `const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' }); console.log(child.pid)`;
    const process = await start(script, {});
    const lines = await process.nextLines(5_000);
    const grandchild = Number(String(lines?.[0]));
    expect(grandchild).toBeGreaterThan(1);
    await process.stop();
    await expect.poll(() => isRunning(grandchild)).toBe(false);
  });
});
