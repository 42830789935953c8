import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { buildBundles, functionNames } from '../../lib/bundles.ts';
import { resourcesOf, synthesiseTemplate } from '../lib/support/template.ts';

let directory: string;
let bundles: Readonly<Record<string, string>>;
let invokers: Awaited<ReturnType<typeof invokersOf>>;

beforeAll(async () => {
  invokers = await invokersOf();
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

const LAMBDAS = join(import.meta.dirname, '../../lambdas');
const MESSAGE = { messageId: 'message-1', body: 'canary text', attributes: {}, messageAttributes: {} };
const REQUEST = {
  version: '2.0',
  rawPath: '/hooks/a',
  rawQueryString: 'canary=1',
  headers: { authorization: 'canary' },
  requestContext: { http: { method: 'POST', path: '/hooks/a', sourceIp: '127.0.0.1' }, requestId: 'r' },
  isBase64Encoded: false,
};

/** What invokes each function, as the template says. */
async function invokersOf(): Promise<{ readonly queues: Set<string>; readonly routes: Set<string> }> {
  const template = await synthesiseTemplate();
  const nameOf = (id: string) => String(template.Resources[id]?.Metadata?.['millrace:function']);
  return {
    queues: new Set(
      resourcesOf(template, 'AWS::Lambda::EventSourceMapping').map(([, { Properties }]) =>
        nameOf(Properties.FunctionName.Ref),
      ),
    ),
    routes: new Set(
      resourcesOf(template, 'AWS::ApiGatewayV2::Integration').map(([, { Properties }]) =>
        nameOf(Properties.IntegrationUri['Fn::GetAtt'][0]),
      ),
    ),
  };
}

/** What each function is given, what comes back through its middleware, and what that logs. */
function effectOf(name: string): { event: object; result: object; logged: string } {
  const thrown = { thrown: expect.any(String) };
  const failed = [{ itemIdentifier: 'message-1' }, { itemIdentifier: 'two' }];
  if (invokers.queues.has(name)) {
    return {
      event: { Records: [MESSAGE, { ...MESSAGE, messageId: 'two' }] },
      result: { batchItemFailures: failed },
      logged: 'A message goes back to the queue',
    };
  }
  if (!invokers.routes.has(name)) {
    return { event: { canary: 1 }, result: thrown, logged: '"message":"Failed"' };
  }
  const result = {
    // The one knows no such path, the other has no table to look a hook up in.
    statusCode: name === 'api' ? 404 : 500,
    headers: { 'Correlation-ID': 'request-1', 'Content-Type': 'application/json' },
    body: expect.stringMatching(/^\{"message":"[^"]+","error":\{"code":"[^"]+","details":\[\]\}\}$/),
  };
  return { event: REQUEST, result, logged: 'Request answered' };
}

test.for(functionNames(LAMBDAS))(
  'the bundled %s shows what its middleware does with a failure, and logs nothing of what came',
  async (name) => {
    const { event, result: expected, logged } = effectOf(name);
    const { result, log } = await invoke(name, event);
    expect(result).toEqual(expected);
    expect(log).toContain(logged);
    expect(log).toContain('"request-1"');
    expect(log).not.toContain('canary');
  },
);
