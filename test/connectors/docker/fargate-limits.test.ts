import { once } from 'node:events';
import { afterEach, beforeAll, expect, test } from 'vitest';
import type { ProgramRequest } from '../../../connectors/containers/container-runner.ts';
import {
  CONNECTOR_LIMITS,
  ConnectorProcess,
  type ConnectorLimits,
} from '../../../connectors/sources/docker/connector-process.ts';
import { liveBytes } from '../contract/read-subject.ts';
import { FAST } from './fast-pace.ts';
import { bundleRelay, openFargate, processLauncher } from './open-fargate.ts';

const IMAGE = 'docker.io/acme/script:1';
const MEGABYTE = 1024 * 1024;
const never = new AbortController().signal;

let relay: string;
beforeAll(async () => {
  relay = await bundleRelay();
});
let fargate: Awaited<ReturnType<typeof openFargate>>;
afterEach(async () => fargate.close());

async function open(pace: Partial<typeof FAST.relay> = {}): Promise<void> {
  fargate = await openFargate({
    program: relay,
    launcher: processLauncher({ [IMAGE]: {} }),
    settings: { commands: { script: [process.execPath, '-e'] } },
    pace: { ...FAST, relay: { ...FAST.relay, ...pace } },
  });
}

function requestOf(script: string): ProgramRequest {
  return { image: IMAGE, name: 'script', files: {}, args: () => [script] };
}

async function startProcess(script: string, limits: Partial<ConnectorLimits>): Promise<ConnectorProcess> {
  return ConnectorProcess.start(requestOf(script), {
    runner: fargate.runner,
    name: 'script',
    limits: { ...CONNECTOR_LIMITS, ...limits },
    signal: never,
    blot: (text) => text,
  });
}

async function readAll(process: ConnectorProcess): Promise<void> {
  try {
    while ((await process.nextLines(50)) !== undefined);
    await process.confirmSuccess();
  } finally {
    await process.stop();
  }
}

test.each([
  [
    'prints nothing for too long',
    'setInterval(() => {}, 1000)',
    { idleSeconds: 1 },
    'printed nothing for 1 seconds',
  ],
  [
    'prints too much',
    'const more = () => process.stdout.write("x".repeat(1e6) + "\\n", more); more()',
    { maxBytes: 5e6 },
    'printed more than 5 MB',
  ],
  [
    'closes its output and stays',
    'console.log("{}"); require("fs").closeSync(1); require("fs").closeSync(2); setInterval(() => {}, 1000)',
    { exitSeconds: 0.5 },
    'closed its output and did not end within 0.5 seconds',
  ],
])('a connector that %s is ended with its task', async (_what, script, limits, message) => {
  await open();
  await expect(readAll(await startProcess(script, limits))).rejects.toThrow(message);
  await expect.poll(() => fargate.ecs.tasks.map(({ isRunning }) => isRunning)).toEqual([false]);
});

test('no task lasts longer than any may, whoever waits for it', async () => {
  await open({ wallMilliseconds: 300 });
  await expect(readAll(await startProcess('setInterval(() => {}, 1000)', {}))).rejects.toMatchObject({
    code: 'docker.task_stopped',
    disposition: 'retryable',
    message: expect.stringContaining('for as long as any may'),
  });
});

test('much output comes back whole and in order, at the pace of its reader, and is held in no memory', async () => {
  await open();
  const script = `
    let number = 0;
    const more = () => {
      if (number === 6000) return;
      process.stdout.write(String(number++).padStart(10, "0").repeat(3277) + "\\n", more);
    };
    more();`;
  const process = await startProcess(script, {});
  let count = 0;
  const live: number[] = [];
  for (;;) {
    const lines = await process.nextLines(1_000);
    if (lines === undefined) break;
    for (const line of lines === 'waiting' ? [] : lines) {
      expect(line.subarray(0, 10).toString()).toBe(String(count).padStart(10, '0'));
      expect(line).toHaveLength(32_770);
      count += 1;
      if (count % 300 === 0) live.push(liveBytes());
    }
  }
  await process.confirmSuccess();
  await process.stop();
  expect(count).toBe(6_000);
  expect(process.bytesRead).toBe(6_000 * 32_771);
  // 187 MB lie between the first and the last look. The S3 of the test is in this process too, with bodies on their way.
  expect(Math.max(...live) - Math.min(...live)).toBeLessThan(90 * MEGABYTE);
}, 30_000);

test('what is said before an end is shown whole, as it came', async () => {
  await open();
  const program = await fargate.runner.start(requestOf('console.error("One\\nTwo"); process.exit(9)'), never);
  let said = '';
  program.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  program.stdout.resume();
  expect(await program.exited).toEqual({ code: 9, signal: null });
  if (!program.stderr.readableEnded) await once(program.stderr, 'end');
  expect(said).toBe('One\nTwo\n');
  await program.stop();
});
