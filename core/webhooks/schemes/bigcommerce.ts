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
    type: z.string().optional(),
    id: idSchema.optional(),
    product_id: idSchema.optional(),
    sku: ofProductSchema.optional(),
    inventory: ofProductSchema.optional(),
    /** Of metafields; the product of a variant's is not told. */
    resource_type: z.string().optional(),
    resource_id: idSchema.optional(),
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
    const product = productOf(parsed.data);
    return product === undefined ? readNamedObjects(payload) : hintOf([product]);
  },
};

function productOf(data: z.infer<typeof payloadSchema>['data']): string | number | undefined {
  const named = data.sku?.product_id ?? data.inventory?.product_id ?? data.product_id;
  if (named !== undefined) return named;
  if (data.resource_type === 'product') return data.resource_id;
  return data.type === 'product' ? data.id : undefined;
}
