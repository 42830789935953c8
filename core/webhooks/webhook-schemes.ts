import { bearer } from './schemes/bearer.ts';
import { bigcommerce } from './schemes/bigcommerce.ts';
import { commercetools } from './schemes/commercetools.ts';
import { github } from './schemes/github.ts';
import { shopify } from './schemes/shopify.ts';
import { standardWebhooks } from './schemes/standard-webhooks.ts';
import type { WebhookScheme, WebhookSchemeName } from './webhook-scheme.ts';

/** Every scheme there is. A new one is its file, its name, and its line here. */
export const webhookSchemes: Readonly<Record<WebhookSchemeName, WebhookScheme>> = {
  standardWebhooks,
  shopify,
  bigcommerce,
  github,
  bearer,
  commercetools,
};
