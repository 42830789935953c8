import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import type { Hint } from '../../../core/webhooks/hint.ts';
import { WEBHOOK_SCHEMES } from '../../../core/webhooks/webhook-scheme.ts';
import { webhookSchemes } from '../../../core/webhooks/webhook-schemes.ts';

interface Vector {
  readonly name: string;
  readonly secrets: string[];
  readonly now?: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly bodyBase64?: string;
  readonly isAuthentic: boolean;
  readonly deliveryID?: string;
  readonly hint?: Hint;
}

const FIXTURES = join(import.meta.dirname, '../../fixtures/webhooks');

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe.each(WEBHOOK_SCHEMES)('the vectors of %s', (name) => {
  const scheme = webhookSchemes[name];
  const { vectors } = JSON.parse(readFileSync(join(FIXTURES, `${name}.json`), 'utf8')) as {
    vectors: Vector[];
  };

  test.for(vectors)('$name', (vector) => {
    vi.setSystemTime(new Date(vector.now ?? '2026-01-08T12:00:00Z'));
    const body =
      vector.bodyBase64 === undefined
        ? Buffer.from(vector.body ?? '')
        : Buffer.from(vector.bodyBase64, 'base64');
    const delivery = { headers: vector.headers, body };
    const payload = parse(body);
    const { isAuthentic, deliveryID, hint } = vector;
    expect({
      isAuthentic: scheme.isAuthentic(delivery, vector.secrets),
      ...(deliveryID === undefined ? {} : { deliveryID: scheme.readDeliveryID(delivery, payload) }),
      ...(hint === undefined ? {} : { hint: scheme.readHint(delivery, payload) }),
    }).toEqual({
      isAuthentic,
      ...(deliveryID === undefined ? {} : { deliveryID }),
      ...(hint === undefined ? {} : { hint }),
    });
  });
});

test('a scheme with a secret of ours makes one that is long and never the same', () => {
  for (const name of WEBHOOK_SCHEMES) {
    const { secretMadeBy, createSecret } = webhookSchemes[name];
    if (secretMadeBy === 'sender' || secretMadeBy === 'nobody') continue;
    expect(createSecret().length).toBeGreaterThanOrEqual(43);
    expect(createSecret()).not.toBe(createSecret());
  }
});

test('more names than one run takes, or longer ones than an item holds, stand for the whole', () => {
  const { bearer } = webhookSchemes;
  const hintOf = (objectIDs: string[]) =>
    bearer.readHint({ headers: {}, body: Buffer.from('') }, { objectIDs }).kind;
  const ids = (count: number, length: number) =>
    Array.from({ length: count }, (_, index) => String(index).padStart(length, '0'));
  expect(hintOf(ids(1_000, 10))).toBe('entities');
  expect(hintOf(ids(1_001, 10))).toBe('whole');
  expect(hintOf(ids(200, 501))).toBe('whole');
});

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
