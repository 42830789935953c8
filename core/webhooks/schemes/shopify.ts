import { createHmac } from 'node:crypto';
import * as z from 'zod';
import { bodyDigest } from '../body-digest.ts';
import { hintOf, readNamedObjects } from '../hint.ts';
import { isSameText } from '../same-text.ts';
import type { WebhookScheme } from '../webhook-scheme.ts';

const resourceSchema = z.object({ id: z.union([z.string().min(1), z.int()]) });

/**
 * The webhooks of a Shopify app, signed with its client secret (shopify.dev/docs/apps/build/webhooks/verify-deliveries).
 * Neither time nor id are signed: a replay under another id makes Millrace fetch once more, and no more than that.
 */
export const shopify: WebhookScheme = {
  name: 'shopify',
  headers: ['X-Shopify-Hmac-Sha256', 'X-Shopify-Webhook-Id', 'X-Shopify-Topic'],
  secretMadeBy: 'sender',
  createSecret() {
    throw new Error('Shopify makes the secret of its apps');
  },
  isAuthentic({ headers, body }, secrets) {
    const given = headers['x-shopify-hmac-sha256'] ?? '';
    return secrets.some((secret) =>
      isSameText(given, createHmac('sha256', secret).update(body).digest('base64')),
    );
  },
  readDeliveryID: ({ headers, body }) => headers['x-shopify-webhook-id'] || bodyDigest(body),
  readHint({ headers }, payload) {
    const { success, data } = resourceSchema.safeParse(payload);
    const isProduct = headers['x-shopify-topic']?.startsWith('products/') ?? false;
    return isProduct && success ? hintOf([data.id]) : readNamedObjects(payload);
  },
};
