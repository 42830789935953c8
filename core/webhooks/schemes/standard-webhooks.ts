import { isUtf8 } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { readNamedObjects } from '../hint.ts';
import type { WebhookScheme } from '../webhook-scheme.ts';

/** www.standardwebhooks.com: signed with id and time, at most five minutes old or early. */
export const standardWebhooks: WebhookScheme = {
  name: 'standardWebhooks',
  headers: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
  secretMadeBy: 'millrace',
  createSecret: () => `whsec_${randomBytes(32).toString('base64')}`,
  isAuthentic({ headers, body }, secrets) {
    const id = headers['webhook-id'] ?? '';
    const timestamp = headers['webhook-timestamp'] ?? '';
    // What is signed is `id.timestamp.body`: with a dot in the id, other ids and times would have the same signature.
    if (id === '' || id.includes('.') || !/^\d{1,12}$/.test(timestamp)) return false;
    // The library decodes the bytes: what is no UTF-8 would be compared with what it decodes to.
    if (!isUtf8(body)) return false;
    const signed = {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': headers['webhook-signature'] ?? '',
    };
    return secrets.some((secret) => isSigned(secret, body, signed));
  },
  readDeliveryID: ({ headers }) => headers['webhook-id'] ?? '',
  readHint: (_, payload) => readNamedObjects(payload),
};

function isSigned(secret: string, body: Buffer, headers: Record<string, string>): boolean {
  try {
    new Webhook(secret).verify(body, headers, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}
