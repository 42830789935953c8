import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { bodyDigest } from '../body-digest.ts';
import { hintOf, readNamedObjects } from '../hint.ts';
import { isSameText } from '../same-text.ts';
import type { WebhookScheme } from '../webhook-scheme.ts';

/** BigCommerce signs nothing: the secret goes into the `headers` of the hook that is made there, under this name. */
const SECRET_HEADER = 'X-Millrace-Secret';

const idSchema = z.union([z.string().min(1), z.int()]);
const ofProductSchema = z.object({ product_id: idSchema });
const payloadSchema = z.object({
  hash: z.string().min(1).optional(),
  created_at: z.int().optional(),
  data: z.object({
    type: z.string(),
    id: idSchema.optional(),
    product_id: idSchema.optional(),
    sku: ofProductSchema.optional(),
    inventory: ofProductSchema.optional(),
  }),
});

export const bigcommerce: WebhookScheme = {
  name: 'bigcommerce',
  headers: [SECRET_HEADER],
  secretMadeBy: 'either',
  createSecret: () => randomBytes(32).toString('base64url'),
  isAuthentic({ headers }, secrets) {
    const given = headers[SECRET_HEADER.toLowerCase()] ?? '';
    return secrets.some((secret) => isSameText(given, secret));
  },
  readDeliveryID({ body }, payload) {
    const { hash, created_at: createdAt } = payloadSchema.safeParse(payload).data ?? {};
    // With its time: whether the hash covers it is not said, and a later change must not pass for a repeat.
    return hash === undefined ? bodyDigest(body) : `${hash}:${createdAt ?? ''}`;
  },
  readHint(_, payload) {
    const { success, data: parsed } = payloadSchema.safeParse(payload);
    if (!success) return readNamedObjects(payload);
    const { type, id, product_id: productID, sku, inventory } = parsed.data;
    const product =
      sku?.product_id ?? inventory?.product_id ?? productID ?? (type === 'product' ? id : undefined);
    return product === undefined ? { kind: 'whole' } : hintOf([product]);
  },
};
