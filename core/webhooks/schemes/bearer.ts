import { randomBytes } from 'node:crypto';
import { newID } from '../../foundation/ids.ts';
import { readNamedObjects } from '../hint.ts';
import { isSameText } from '../same-text.ts';
import type { WebhookScheme } from '../webhook-scheme.ts';

/** For senders that can only send a fixed header. Whoever reads one delivery can make others. */
export const bearer: WebhookScheme = {
  name: 'bearer',
  headers: ['Authorization', 'Webhook-Id'],
  secretMadeBy: 'millrace',
  createSecret: () => randomBytes(32).toString('base64url'),
  isAuthentic({ headers }, secrets) {
    const [, given = ''] = /^Bearer (\S+)$/i.exec(headers['authorization'] ?? '') ?? [];
    return secrets.some((secret) => isSameText(given, secret));
  },
  // Not by the body: two changes of one record have the same.
  readDeliveryID: ({ headers }) => headers['webhook-id'] || newID(),
  readHint: (_, payload) => readNamedObjects(payload),
};
