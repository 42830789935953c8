import { createHmac, randomBytes } from 'node:crypto';
import { bodyDigest } from '../body-digest.ts';
import { readNamedObjects } from '../hint.ts';
import { isSameText } from '../same-text.ts';
import type { WebhookScheme } from '../webhook-scheme.ts';

/**
 * `X-Hub-Signature-256`, as GitHub and many others sign
 * (docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries).
 */
export const github: WebhookScheme = {
  name: 'github',
  headers: ['X-Hub-Signature-256', 'X-GitHub-Delivery', 'X-GitHub-Event'],
  secretMadeBy: 'either',
  createSecret: () => randomBytes(32).toString('hex'),
  isAuthentic({ headers, body }, secrets) {
    const given = headers['x-hub-signature-256'] ?? '';
    return secrets.some((secret) =>
      isSameText(given, `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`),
    );
  },
  readDeliveryID: ({ headers, body }) => headers['x-github-delivery'] || bodyDigest(body),
  readHint: ({ headers }, payload) =>
    headers['x-github-event'] === 'ping'
      ? { kind: 'ignored', reason: 'It was sent to try the webhook.' }
      : readNamedObjects(payload),
};
