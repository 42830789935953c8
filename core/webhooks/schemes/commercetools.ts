import * as z from 'zod';
import { bodyDigest } from '../body-digest.ts';
import { hintOf } from '../hint.ts';
import type { WebhookScheme } from '../webhook-scheme.ts';

/** A notification of a subscription, of whichever delivery format (docs.commercetools.com/api/projects/subscriptions). */
const notificationSchema = z.object({
  notificationType: z.string(),
  resource: z.object({ typeId: z.string(), id: z.string().min(1) }),
  /** Of messages. */
  id: z.string().min(1).optional(),
  sequenceNumber: z.int().optional(),
  /** Of changes. */
  version: z.int().optional(),
  modifiedAt: z.string().optional(),
});

/** commercetools calls no URL: its notifications come through a queue, and who may send there is a right in AWS. */
export const commercetools: WebhookScheme = {
  name: 'commercetools',
  headers: [],
  secretMadeBy: 'nobody',
  createSecret() {
    throw new Error('A subscription of commercetools has no secret');
  },
  isAuthentic: () => false,
  readDeliveryID({ body }, payload) {
    const { success, data } = notificationSchema.safeParse(payload);
    if (!success) return bodyDigest(body);
    const { notificationType, resource, id, sequenceNumber, version, modifiedAt } = data;
    return (
      id ?? [notificationType, resource.typeId, resource.id, sequenceNumber, version, modifiedAt].join(':')
    );
  },
  readHint(_, payload) {
    const { success, data } = notificationSchema.safeParse(payload);
    if (!success) return { kind: 'whole' };
    const { typeId, id } = data.resource;
    if (typeId === 'product') return hintOf([id]);
    return typeId === 'subscription'
      ? { kind: 'ignored', reason: 'It was sent to try the subscription.' }
      : { kind: 'whole' };
  },
};
