import type { Delivery } from './delivery.ts';
import type { Hint } from './hint.ts';

export const WEBHOOK_SCHEMES = [
  'standardWebhooks',
  'shopify',
  'bigcommerce',
  'github',
  'bearer',
  'commercetools',
] as const;
export type WebhookSchemeName = (typeof WEBHOOK_SCHEMES)[number];

/** How the deliveries of one kind of sender are known to be authentic, told apart, and read. */
export interface WebhookScheme {
  readonly name: WebhookSchemeName;
  /** The headers that a delivery must have or may have, as its sender writes them. */
  readonly headers: readonly string[];
  /** Who makes the secret: Millrace alone, whoever sets the scheme if they want to, or the sender alone. */
  readonly secretMadeBy: 'millrace' | 'either' | 'sender' | 'nobody';
  createSecret(): string;
  /** Whether the delivery was made by somebody who knows one of the secrets. Never throws, whatever is in it. */
  isAuthentic(delivery: Delivery, secrets: readonly string[]): boolean;
  /** The same for each repeat of a delivery, and another one for every other. */
  readDeliveryID(delivery: Delivery, payload: unknown): string;
  readHint(delivery: Delivery, payload: unknown): Hint;
}
