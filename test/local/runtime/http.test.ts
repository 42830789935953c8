import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { findRoute } from '../../../local/http/find-route.ts';
import { openFrontDoor, type FrontDoor } from '../../../local/http/front-door.ts';
import { toHttpAnswer } from '../../../local/http/function-response.ts';
import { toRequestEvent } from '../../../local/http/request-event.ts';
import { ThrottledError, type Invoke } from '../../../local/lambda/function-definition.ts';

const options = {
  apiID: 'api-id',
  accountID: '123456789012',
  routeKey: '$default',
  requestID: 'id',
  now: new Date(1_583_348_638_390),
};

describe('the event of a request', () => {
  // The example of AWS's documentation for payload format 2.0, less what this API has not (authorizers, client
  // certificates, path parameters, stage variables); the date there does not belong to its timeEpoch.
  it('is the one that AWS documents', () => {
    const event = toRequestEvent(
      {
        method: 'POST',
        url: '/my/path?parameter1=value1&parameter1=value2&parameter2=value',
        headers: {
          header1: 'value1',
          header2: 'value1,value2',
          cookie: 'cookie1; cookie2',
          'content-type': 'text/plain',
          'user-agent': 'agent',
          host: 'id.execute-api.us-east-1.amazonaws.com',
          connection: 'keep-alive',
        },
        sourceIP: '192.0.2.1',
        body: Buffer.from('Hello from Lambda'),
      },
      options,
    );
    expect(event).toEqual({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/my/path',
      rawQueryString: 'parameter1=value1&parameter1=value2&parameter2=value',
      cookies: ['cookie1', 'cookie2'],
      headers: {
        header1: 'value1',
        header2: 'value1,value2',
        'content-type': 'text/plain',
        'user-agent': 'agent',
        host: 'id.execute-api.us-east-1.amazonaws.com',
        'x-forwarded-for': '192.0.2.1',
        'x-forwarded-proto': 'http',
      },
      queryStringParameters: { parameter1: 'value1,value2', parameter2: 'value' },
      requestContext: {
        accountId: '123456789012',
        apiId: 'api-id',
        domainName: 'id.execute-api.us-east-1.amazonaws.com',
        domainPrefix: 'id',
        http: {
          method: 'POST',
          path: '/my/path',
          protocol: 'HTTP/1.1',
          sourceIp: '192.0.2.1',
          userAgent: 'agent',
        },
        requestId: 'id',
        routeKey: '$default',
        stage: '$default',
        time: '04/Mar/2020:19:03:58 +0000',
        timeEpoch: 1_583_348_638_390,
      },
      body: 'Hello from Lambda',
      isBase64Encoded: false,
    });
  });

  const eventOf = (url: string, headers: Record<string, string> = {}, body = Buffer.alloc(0)) =>
    toRequestEvent({ method: 'GET', url, headers, sourceIP: '127.0.0.1', body }, options);

  it('has the path decoded and the query as it was sent', () => {
    expect(eventOf('/1/a%20b%C3%A9?q=c%20d&e=%26')).toMatchObject({
      rawPath: '/1/a bé',
      rawQueryString: 'q=c%20d&e=%26',
      queryStringParameters: { q: 'c d', e: '&' },
    });
    expect(eventOf('/1/%zz')).toMatchObject({ rawPath: '/1/%zz' });
  });

  it('leaves out query, cookies and body where there are none', () => {
    const event = eventOf('/1/runs');
    expect(Object.keys(event)).not.toContain('queryStringParameters');
    expect(Object.keys(event)).not.toContain('cookies');
    expect(Object.keys(event)).not.toContain('body');
    expect(event).toMatchObject({ rawQueryString: '', isBase64Encoded: false });
  });

  it.each([
    [{ 'content-type': 'application/json' }, false],
    [{ 'content-type': 'text/plain; charset=utf-8' }, false],
    [{ 'content-type': 'application/json', 'content-encoding': 'gzip' }, true],
    [{ 'content-type': 'application/octet-stream' }, true],
    [{}, true],
  ])('carries a body with %j in base64: %s', (headers, isBase64Encoded) => {
    const body = Buffer.from('{"a":"é"}');
    expect(eventOf('/', headers as Record<string, string>, body)).toMatchObject({
      isBase64Encoded,
      body: body.toString(isBase64Encoded ? 'base64' : 'utf8'),
    });
  });
});

describe('the answer to a request', () => {
  const answerOf = (value: unknown) => toHttpAnswer({ payload: JSON.stringify(value) });

  it('has the status, headers, cookies and body of the function', () => {
    const answer = answerOf({
      statusCode: 201,
      headers: { 'Content-Type': 'application/json', 'X-Count': 3 },
      cookies: ['a=1; Secure', 'b=2'],
      body: '{"é":1}',
    });
    expect(answer.status).toBe(201);
    expect(answer.headers).toEqual({
      'content-type': 'application/json',
      'x-count': '3',
      'set-cookie': ['a=1; Secure', 'b=2'],
    });
    expect(answer.body.toString()).toBe('{"é":1}');
  });

  it('has the bytes of a base64 body', () => {
    const body = Buffer.from([0, 255, 128]);
    expect(answerOf({ statusCode: 200, body: body.toString('base64'), isBase64Encoded: true }).body).toEqual(
      body,
    );
  });

  it('is the JSON itself where the function names no status', () => {
    expect(answerOf({ message: 'Hello' })).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{"message":"Hello"}'),
    });
  });

  it.each([
    [{ payload: '{"errorType":"Error","errorMessage":"secret"}', functionError: 'Unhandled' as const }],
    [{ payload: 'not json' }],
    [{ payload: '{"statusCode":"two"}' }],
    [{ payload: '{"statusCode":200,"body":{}}' }],
  ])('is a 500 that tells nothing for %j', (result) => {
    const answer = toHttpAnswer(result);
    expect(answer.status).toBe(500);
    expect(answer.body.toString()).toBe('{"message":"Internal Server Error"}');
  });
});

describe('the front door', () => {
  let door: FrontDoor | undefined;

  afterEach(() => door?.stop(0));

  async function open(invoke: Invoke): Promise<string> {
    door = await openFrontDoor({
      port: 0,
      apiID: 'x',
      accountID: '0',
      routes: [{ routeKey: '$default', functionName: 'api' }],
      invoke,
    });
    return door.url;
  }

  const echo: Invoke = async (_name, payload) => ({
    payload: JSON.stringify({ statusCode: 200, body: payload }),
  });

  it('takes each request to the function and its answer back', async () => {
    const url = await open(echo);
    const response = await fetch(`${url}/1/runs?page=2`, {
      method: 'POST',
      body: '{"a":1}',
      headers: { 'content-type': 'application/json', 'X-Algolia-Application-Id': 'APP' },
    });
    expect(await response.json()).toMatchObject({
      rawPath: '/1/runs',
      queryStringParameters: { page: '2' },
      headers: { 'x-algolia-application-id': 'APP' },
      body: '{"a":1}',
      requestContext: { http: { method: 'POST', sourceIp: '127.0.0.1' } },
    });
  });

  it('answers 413 as soon as a body is larger than 10 MB, however long it goes on', async () => {
    const url = new URL(await open(echo));
    const status = await new Promise((resolve, reject) => {
      const endless = request(url, { method: 'POST' }, (response) => {
        resolve(response.statusCode);
        endless.destroy();
      });
      endless.on('error', reject);
      endless.write(Buffer.alloc(11 * 1024 * 1024, 'a'));
    });
    expect(status).toBe(413);
  });

  it('refuses a body that is too large for the gateway or for Lambda with a 413 in JSON', async () => {
    const url = await open(echo);
    for (const megabytes of [11, 7]) {
      const body = Buffer.alloc(megabytes * 1024 * 1024, 'a');
      const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'text/plain' } });
      expect(response.status).toBe(413);
      expect(await response.json()).toEqual({ message: 'Request Entity Too Large' });
    }
  });

  it('answers 503 in JSON when no process could be had', async () => {
    const url = await open(async (name) => {
      throw new ThrottledError(name);
    });
    const response = await fetch(url);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ message: 'Service Unavailable' });
  });

  it('answers 500 when a function sets a header that is none', async () => {
    const url = await open(async () => ({
      payload: JSON.stringify({ statusCode: 200, headers: { 'bad name': 'x' }, body: 'y' }),
    }));
    expect((await fetch(url)).status).toBe(500);
  });

  it('answers HEAD without a body', async () => {
    const url = await open(echo);
    const response = await fetch(url, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('');
  });

  it('keeps a connection for the next request', async () => {
    const url = new URL(await open(echo));
    const headers = await new Promise((resolve, reject) => {
      request(url, { headers: { connection: 'keep-alive' } }, (response) => {
        response.resume();
        resolve(response.headers);
      })
        .on('error', reject)
        .end();
    });
    expect(headers).toMatchObject({ connection: 'keep-alive' });
  });
});

describe('the route of a request', () => {
  const routes = [
    { routeKey: '$default', functionName: 'api' },
    { routeKey: 'POST /hooks/{hookID}', functionName: 'receive-webhook' },
  ];

  it.each([
    ['POST', '/hooks/APP.1', { hookID: 'APP.1' }],
    ['POST', '/hooks/a%20b?page=1', { hookID: 'a b' }],
    ['POST', '/hooks/%ZZ', { hookID: '%ZZ' }],
  ])('is the one whose method and path fit: %s %s', (method, url, pathParameters) => {
    expect(findRoute(routes, method, url)).toMatchObject({ functionName: 'receive-webhook', pathParameters });
  });

  it.each([
    ['GET', '/hooks/APP.1'],
    ['POST', '/hooks'],
    ['POST', '/hooks/'],
    ['POST', '/hooks/APP.1/more'],
    ['POST', '/1/hooks/APP.1'],
  ])('is $default where none fits: %s %s', (method, url) => {
    expect(findRoute(routes, method, url)).toEqual(routes[0]);
    expect(findRoute(routes.slice(1), method, url)).toBeUndefined();
  });
});
