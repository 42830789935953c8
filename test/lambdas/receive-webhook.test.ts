import { isUtf8 } from 'node:buffer';
import { createHmac, randomUUID } from 'node:crypto';

import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { toHookID } from '../../core/webhooks/hook-id.ts';
import { composeHttpHandler } from '../../lambdas/middleware/http-handler.ts';
import { createHandler } from '../../lambdas/receive-webhook/handler.ts';
import { startTable, type TestTable } from '../support/table.ts';
import { WebhookWorld } from '../support/webhook-world.ts';

/** Of each scheme; `npm run test:fuzz:webhooks` asks for more. */
const DELIVERIES = Number(process.env['MILLRACE_FUZZ_DELIVERIES'] ?? 100);

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => {
  await table.stop();
});

type Headers = Record<string, string>;

interface Request {
  readonly headers: Headers;
  readonly body: Buffer;
}

interface Fuzzed {
  readonly sign: (secret: string, body: Buffer) => Headers;
  /** Whether a delivery is authentic, told by other means than those under test. */
  readonly isAuthentic: (secret: string, request: Request) => boolean;
}

const hmac = (key: string | Buffer, ...parts: (string | Buffer)[]) => {
  const signing = createHmac('sha256', key);
  for (const part of parts) signing.update(part);
  return signing.digest();
};
const keyOf = (secret: string) => Buffer.from(secret.slice('whsec_'.length), 'base64');
const seconds = () => Math.floor(Date.now() / 1000);

const SCHEMES: Readonly<
  Record<'standardWebhooks' | 'shopify' | 'bigcommerce' | 'github' | 'bearer', Fuzzed>
> = {
  standardWebhooks: {
    sign(secret, body) {
      const id = `msg_${randomUUID()}`;
      const time = String(seconds());
      const signature = hmac(keyOf(secret), `${id}.${time}.`, body).toString('base64');
      return { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': `v1,${signature}` };
    },
    isAuthentic(secret, { headers, body }) {
      const { 'webhook-id': id = '', 'webhook-timestamp': time = '' } = headers;
      if (!/^[^.]+$/s.test(id) || !/^\d{1,12}$/.test(time) || Math.abs(seconds() - Number(time)) > 300) {
        return false;
      }
      const expected = `v1,${hmac(keyOf(secret), `${id}.${Number(time)}.`, body).toString('base64')}`;
      const given = (headers['webhook-signature'] ?? '').split(' ');
      // What stands behind a second comma is none of the signature.
      return isUtf8(body) && given.some((one) => one.split(',').slice(0, 2).join(',') === expected);
    },
  },
  shopify: {
    sign: (secret, body) => ({
      'x-shopify-hmac-sha256': hmac(secret, body).toString('base64'),
      'x-shopify-webhook-id': randomUUID(),
      'x-shopify-topic': 'products/update',
    }),
    isAuthentic: (secret, { headers, body }) =>
      headers['x-shopify-hmac-sha256'] === hmac(secret, body).toString('base64'),
  },
  bigcommerce: {
    sign: (secret) => ({ 'x-millrace-secret': secret }),
    isAuthentic: (secret, { headers }) => headers['x-millrace-secret'] === secret,
  },
  github: {
    sign: (secret, body) => ({
      'x-hub-signature-256': `sha256=${hmac(secret, body).toString('hex')}`,
      'x-github-delivery': randomUUID(),
      'x-github-event': 'push',
    }),
    isAuthentic: (secret, { headers, body }) =>
      headers['x-hub-signature-256'] === `sha256=${hmac(secret, body).toString('hex')}`,
  },
  bearer: {
    sign: (secret) => ({ authorization: `Bearer ${secret}`, 'webhook-id': randomUUID() }),
    isAuthentic: (secret, { headers }) => {
      const { authorization = '' } = headers;
      return authorization.slice(0, 7).toLowerCase() === 'bearer ' && authorization.slice(7) === secret;
    },
  },
};

type Mutation = (request: Request) => Request;

const withHeader =
  (pick: number, change: (value: string) => string | undefined): Mutation =>
  ({ headers, body }) => {
    const names = Object.keys(headers);
    const name = names[pick % names.length] ?? 'x-none';
    const value = change(headers[name] ?? '');
    const others = Object.entries(headers).filter(([other]) => other !== name);
    return { headers: Object.fromEntries(value === undefined ? others : [...others, [name, value]]), body };
  };

const mutations: fc.Arbitrary<Mutation> = fc.oneof(
  fc.constant<Mutation>((request) => request),
  fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })).map(([at, bits]): Mutation => ({ headers, body }) => {
    const changed = Buffer.from(body);
    if (changed.length > 0) changed[at % changed.length] = (changed[at % changed.length] ?? 0) ^ bits;
    return { headers, body: changed };
  }),
  fc.uint8Array({ maxLength: 64 }).map((bytes): Mutation => ({ headers, body }) => ({
    headers,
    body: Buffer.concat([body, bytes]),
  })),
  fc.nat().map((pick) => withHeader(pick, () => undefined)),
  fc.tuple(fc.nat(), fc.string({ maxLength: 40 })).map(([pick, text]) => withHeader(pick, () => text)),
  fc.tuple(fc.nat(), fc.nat(), fc.string({ unit: 'binary', maxLength: 3 })).map(([pick, at, text]) =>
    withHeader(pick, (value) => {
      const place = at % (value.length + 1);
      return value.slice(0, place) + text + value.slice(place);
    }),
  ),
  fc.nat().map((pick) => withHeader(pick, (value) => value.slice(0, -1))),
  fc.nat().map((pick) => withHeader(pick, (value) => `${value},${value}`)),
  fc.nat().map((pick) => withHeader(pick, (value) => `${value} ${value}`)),
  fc.nat().map((pick) => withHeader(pick, (value) => value.toUpperCase())),
  fc.nat().map((pick) => withHeader(pick, (value) => value.replaceAll('+', '-').replaceAll('/', '_'))),
  fc
    .tuple(fc.nat(), fc.constantFrom(-100_000, -400, -200, 200, 400))
    .map(([pick, by]) =>
      withHeader(pick, (value) => (/^\d+$/.test(value) ? String(Number(value) + by) : value)),
    ),
);

const payloads: fc.Arbitrary<Buffer> = fc.oneof(
  fc.json().map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .array(fc.oneof(fc.string({ maxLength: 20 }), fc.integer(), fc.double()), { maxLength: 5 })
    .map((objectIDs) => Buffer.from(JSON.stringify({ objectIDs }))),
  fc.constant(Buffer.from(JSON.stringify({ id: 7, data: { type: 'product', id: 7 }, hash: 'h' }))),
  fc.nat({ max: 60_000 }).map((depth) => Buffer.from('['.repeat(depth))),
);

const silent = { info: () => undefined, error: () => undefined };

async function answerTo(world: WebhookWorld, { headers, body }: Request, hookID = toHookID(world.owner)) {
  const handler = composeHttpHandler(
    createHandler(() => world.receiveDelivery),
    { log: silent, now: () => 0 },
  );
  const event = {
    headers,
    rawPath: `/hooks/${hookID}`,
    pathParameters: { hookID },
    requestContext: { http: { method: 'POST' } },
    body: body.toString('base64'),
    isBase64Encoded: true,
  } as unknown as APIGatewayProxyEventV2;
  return handler(event, { awsRequestId: 'request-1' } as Context);
}

describe.each(Object.keys(SCHEMES) as (keyof typeof SCHEMES)[])('deliveries of %s', (name) => {
  test('are taken in when they are authentic and never otherwise, whatever is in them', async () => {
    const { sign, isAuthentic } = SCHEMES[name];
    const world = await WebhookWorld.create(table);
    const given = name === 'shopify' ? 'a-secret-of-the-shopify-app' : undefined;
    const secret = await world.setScheme(name, given);
    const statuses = new Map<number | undefined, number>();
    await fc.assert(
      fc.asyncProperty(
        payloads,
        fc.array(mutations, { minLength: 1, maxLength: 2 }),
        async (body, changes) => {
          const signed = { headers: sign(secret, body), body };
          const request = changes.reduce((changed: Request, change) => change(changed), signed);
          const { statusCode } = await answerTo(world, request);
          statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
          expect(statusCode).toBe(isAuthentic(secret, request) ? 202 : 401);
        },
      ),
      { numRuns: DELIVERIES },
    );
    // Both kinds were among them.
    expect([...statuses.keys()].toSorted()).toEqual([202, 401]);
  }, 3_600_000);
});

test('a body of more than a megabyte is refused before anything is asked of it, one of a megabyte is read', async () => {
  const world = await WebhookWorld.create(table);
  const secret = await world.setScheme('bearer');
  const headers = { authorization: `Bearer ${secret}` };
  expect(await answerTo(world, { headers, body: Buffer.alloc(1_048_577, 'x') })).toMatchObject({
    statusCode: 413,
  });
  expect(await answerTo(world, { headers: {}, body: Buffer.alloc(1_048_577) })).toMatchObject({
    statusCode: 413,
  });
  expect(await answerTo(world, { headers, body: Buffer.alloc(1_048_576, 'x') })).toMatchObject({
    statusCode: 202,
  });
});

test('a refusal says nothing of why', async () => {
  const world = await WebhookWorld.create(table);
  const body = Buffer.from('{}');
  const answers = [
    await answerTo(world, { headers: {}, body }),
    await answerTo(world, { headers: { 'x-hub-signature-256': 'sha256=0' }, body }),
    await answerTo(world, { headers: {}, body }, `${world.appID}.${randomUUID()}`),
    await answerTo(world, { headers: {}, body }, '%00'),
  ];
  expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
    new Set([JSON.stringify(answers[0])]),
  );
  expect(answers[0]).toMatchObject({ statusCode: 401 });
});

test('a delivery beyond the limit is told to come again later', async () => {
  const world = await WebhookWorld.create(table, { limits: { webhookDeliveriesPerMinute: 1 } });
  const secret = await world.setScheme('bearer');
  const request = { headers: { authorization: `Bearer ${secret}` }, body: Buffer.from('{}') };
  expect(await answerTo(world, request)).toMatchObject({ statusCode: 202 });
  expect(await answerTo(world, request)).toMatchObject({ statusCode: 429, headers: { 'Retry-After': '60' } });
});

test('records that cannot be read are a 400 that names the field', async () => {
  const world = await WebhookWorld.create(table, { task: { sourceType: 'push', action: 'save' } });
  const secret = await world.setScheme('bearer');
  const answer = await answerTo(world, {
    headers: { authorization: `Bearer ${secret}` },
    body: Buffer.from('[{"name":"no id"}]'),
  });
  expect(answer).toMatchObject({ statusCode: 400 });
  expect(answer.body).toContain('records[0].objectID: is required');
});
