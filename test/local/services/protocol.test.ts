import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { json } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { startKms } from '../../../local/services/kms/start-kms.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

const SIGNED =
  'AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-1/kms/aws4_request, SignedHeaders=host, Signature=0';
const TARGET = 'TrentService.CreateKey';

async function start(): Promise<URL> {
  const service = await startKms({ dataDirectory: temporaryDirectory() });
  onTestFinished(() => service.stop());
  return new URL(service.endpoint);
}

async function post(url: URL, headers: Record<string, string>, body = '{}') {
  const sent = request(url, { method: 'POST', headers });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const answer = (await json(response)) as Record<string, string>;
  return { status: response.statusCode, headers: response.headers, answer };
}

test('a signed request is answered', async () => {
  const { status } = await post(await start(), { authorization: SIGNED, 'x-amz-target': TARGET });
  expect(status).toBe(200);
});

test('a request without a signature is refused', async () => {
  const { status, answer } = await post(await start(), { 'x-amz-target': TARGET });
  expect([status, answer['__type']]).toEqual([403, 'MissingAuthenticationToken']);
});

test('a request for another host (a rebound name) is refused', async () => {
  const headers = { authorization: SIGNED, 'x-amz-target': TARGET, host: 'attacker.example' };
  const { status, answer } = await post(await start(), headers);
  expect([status, answer['__type']]).toEqual([403, 'AccessDeniedException']);
});

test.each([
  ['an unknown operation', 'TrentService.Sign', '{}', 'UnknownOperationException'],
  ['an operation of another service', 'AmazonSQS.CreateKey', '{}', 'UnknownOperationException'],
  ['a name that every object has', 'TrentService.constructor', '{}', 'UnknownOperationException'],
  ['an unknown parameter', TARGET, '{"Surprise":1}', 'ValidationException'],
  ['a body that is not JSON', TARGET, '{', 'SerializationException'],
])('%s is a 400 in the form of AWS', async (_, target, body, code) => {
  const { status, headers, answer } = await post(
    await start(),
    { authorization: SIGNED, 'x-amz-target': target },
    body,
  );
  expect([status, answer['__type'], headers['x-amzn-errortype']]).toEqual([400, code, code]);
});

test('a body past the cap is a 413 and ends the connection', async () => {
  const headers = { authorization: SIGNED, 'x-amz-target': TARGET };
  const sent = request(await start(), { method: 'POST', headers });
  // The rest of the body meets a closed connection.
  sent.on('error', () => {});
  sent.end(Buffer.alloc(9 * 1024 * 1024, 32));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  expect([response.statusCode, response.headers.connection]).toEqual([413, 'close']);
});

test('nothing listens on the other addresses of the machine', async () => {
  const { port } = await start();
  const outside = Object.values(networkInterfaces())
    .flat()
    .filter((address) => address !== undefined && !address.internal && address.family === 'IPv4');
  for (const address of outside) {
    const socket = connect(Number(port), address?.address ?? '');
    const reached = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    expect(reached).toBe(false);
  }
});
