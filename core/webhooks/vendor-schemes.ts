import { InvalidInputError } from '../foundation/errors.ts';
import { invalidField } from '../foundation/validation.ts';
import type { ConnectedSourceType } from '../sources/source-types.ts';
import type { Task } from '../tasks/task.ts';
import type { Webhook } from './webhook.ts';
import type { WebhookSchemeName } from './webhook-scheme.ts';

/** The sources whose vendor Millrace itself can tell where to deliver, and the scheme of what comes then. */
export const VENDOR_SCHEMES: Readonly<Partial<Record<ConnectedSourceType, WebhookSchemeName>>> = {
  bigcommerce: 'bigcommerce',
  shopify: 'shopify',
};

/** Refuses to register a webhook where the vendor cannot be told, or would prove its deliveries in another way. */
export function requireRegistrable(
  { sourceType, hosted }: Pick<Task, 'sourceType' | 'hosted'>,
  { scheme }: Pick<Webhook, 'scheme'>,
): void {
  const schemes: Readonly<Partial<Record<string, WebhookSchemeName>>> = VENDOR_SCHEMES;
  const wanted = hosted === undefined ? schemes[sourceType] : undefined;
  if (wanted === undefined) {
    throw new InvalidInputError(
      'webhook.not_registrable',
      `Webhooks can be registered for tasks with sources of type ${Object.keys(VENDOR_SCHEMES).join(', ')}: ` +
        'for others set them up at the sender, with the URL and the headers of GET …/webhook.',
    );
  }
  if (scheme === wanted) return;
  throw new InvalidInputError(
    'webhook.other_scheme',
    `The webhook's scheme is ${scheme}, and sources of type ${sourceType} need ${wanted}: set it with PUT …/webhook.`,
  );
}

/** Refuses a URL that no vendor delivers to: they want https, on its own port. */
export function requireReachable(url: string): void {
  const { protocol, port } = new URL(url);
  if (protocol === 'https:' && port === '') return;
  throw invalidField(
    'url',
    `must be an https URL on port 443, which vendors deliver to, and this is ${url}: give the URL under which the vendor ` +
      'reaches POST /hooks/… here, that of a tunnel, say',
  );
}
