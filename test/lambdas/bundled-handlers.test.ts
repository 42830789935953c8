import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { buildBundles } from '../../lib/bundles.ts';

let directory: string;
let bundles: Readonly<Record<string, string>>;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-handlers-'));
  bundles = await buildBundles({ outDirectory: directory });
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

/** Calls a deployed bundle's handler in a process without any environment; what it answered or threw, and its log. */
async function invoke(name: string, event: object): Promise<{ result: unknown; log: string }> {
  const url = pathToFileURL(join(bundles[name] ?? '', 'index.mjs')).href;
  const program = `
    const { handler } = await import(${JSON.stringify(url)});
    const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 1000 };
    const result = await handler(${JSON.stringify(event)}, context).catch((error) => ({ thrown: error.message }));
    process.stderr.write(JSON.stringify(result));`;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', program],
    {
      env: {},
    },
  );
  return { result: JSON.parse(stderr), log: stdout };
}

test('the bundled api gives a correlation ID and one fixed sentence to a request that it cannot serve', async () => {
  const { result, log } = await invoke('api', {
    version: '2.0',
    rawPath: '/2/tasks',
    rawQueryString: '',
    headers: { 'x-algolia-application-id': 'APP', 'x-algolia-api-key': 'secret-canary' },
    requestContext: {
      http: { method: 'GET', path: '/2/tasks', sourceIp: '127.0.0.1' },
      requestId: 'request-1',
    },
    isBase64Encoded: false,
  });
  expect(result).toMatchObject({ statusCode: 500, headers: { 'Correlation-ID': expect.any(String) } });
  expect(JSON.stringify(result)).not.toContain('TABLE_NAME');
  expect(log).toContain('TABLE_NAME');
  expect(log).not.toContain('secret-canary');
});

test('the bundled work-run names each message that must come again', async () => {
  const { result, log } = await invoke('work-run', {
    Records: [{ messageId: 'message-1', body: 'canary text', attributes: {}, messageAttributes: {} }],
  });
  expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-1' }] });
  expect(log).not.toContain('canary');
});

test('the bundled poll-runs logs why it failed', async () => {
  const { result, log } = await invoke('poll-runs', {});
  expect(result).toHaveProperty('thrown');
  expect(log).toMatch(
    /"message":"Failed".*"requestID":"request-1"|"requestID":"request-1".*"message":"Failed"/,
  );
});
