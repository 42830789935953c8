import * as z from 'zod';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { SourceContext, VendorHook, WebhookRegistrar } from '../../contract/source-connector.ts';
import { describeUserErrors } from './graphql-answer.ts';
import { openShopifyApi, type ShopifyApi } from './shopify-api.ts';
import type { ShopifyInput } from './shopify-input.ts';

const PAGE_SIZE = 100;
/** A delivery only has to say which: what it is now is asked for. Whole products would be larger than is taken in. */
const FIELDS = ['id'];

const LIST = `query($after: String) {
  webhookSubscriptions(first: ${PAGE_SIZE}, after: $after) {
    nodes { id topic uri format includeFields filter }
    pageInfo { hasNextPage endCursor }
  }
}`;
const CREATE = `mutation($topic: WebhookSubscriptionTopic!, $hook: WebhookSubscriptionInput!) {
  done: webhookSubscriptionCreate(topic: $topic, webhookSubscription: $hook) { userErrors { field message } }
}`;
const UPDATE = `mutation($id: ID!, $hook: WebhookSubscriptionInput!) {
  done: webhookSubscriptionUpdate(id: $id, webhookSubscription: $hook) { userErrors { field message } }
}`;
const DELETE =
  'mutation($id: ID!) { done: webhookSubscriptionDelete(id: $id) { userErrors { field message } } }';

const hookSchema = z.object({
  id: z.string(),
  topic: z.string(),
  uri: z.string(),
  format: z.string(),
  includeFields: z.array(z.string()),
  filter: z.string().nullish(),
});
type Hook = z.infer<typeof hookSchema>;
const listSchema = z.object({
  webhookSubscriptions: z.object({
    nodes: z.array(hookSchema),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
  }),
});
const doneSchema = z.object({
  done: z.object({ userErrors: z.array(z.object({ message: z.string() })) }).nullable(),
});

interface Opened {
  readonly api: ShopifyApi;
  readonly signal: AbortSignal;
}

/**
 * One webhook for each topic that the source's records depend on. Shopify signs deliveries with the client secret of the
 * app that registers them, so the hook's own secret is not sent: it has to be that one.
 */
export const shopifyWebhooks: WebhookRegistrar<ShopifyInput> = {
  async register(context, { url }, signal) {
    const topics = topicsOf(context);
    await withHooks(context, { url, signal }, async (opened, registered) => {
      const kept = new Map<string, Hook>();
      for (const hook of registered) {
        const isWanted = topics.includes(hook.topic) && !kept.has(hook.topic) && isWhole(hook);
        if (isWanted) kept.set(hook.topic, hook);
        else await command(opened, DELETE, { id: hook.id });
      }
      for (const topic of topics) await putHook(opened, { topic, url, existing: kept.get(topic) });
    });
    return { topics: topics.map(toName) };
  },
  async remove(context, { url }, signal) {
    await withHooks(context, { url, signal }, async (opened, registered) => {
      for (const { id } of registered) await command(opened, DELETE, { id });
    });
  },
};

/** A change of stock is one of its product at Shopify; a delivery of `inventory_levels/update` names none. */
function topicsOf({ recordType }: SourceContext<ShopifyInput>): string[] {
  const events = (what: string) => ['CREATE', 'UPDATE', 'DELETE'].map((event) => `${what}_${event}`);
  const ofCollections = events('COLLECTIONS');
  return recordType === 'collection' ? ofCollections : [...events('PRODUCTS'), ...ofCollections];
}

/** As deliveries name it: products/update. */
function toName(topic: string): string {
  return topic.toLowerCase().replace('_', '/');
}

async function withHooks(
  context: SourceContext<ShopifyInput>,
  { url, signal }: Pick<VendorHook, 'url'> & { readonly signal: AbortSignal },
  act: (opened: Opened, registered: readonly Hook[]) => Promise<void>,
): Promise<void> {
  const api = openShopifyApi(context);
  try {
    const registered: Hook[] = [];
    for (let after: string | null | undefined, hasMore = true; hasMore;) {
      const { data } = await api.query({ query: LIST, variables: { after }, schema: listSchema, signal });
      const { nodes, pageInfo } = data.webhookSubscriptions;
      registered.push(...nodes.filter((hook) => hook.uri === url));
      after = pageInfo.endCursor;
      hasMore = pageInfo.hasNextPage;
    }
    await act({ api, signal }, registered);
  } finally {
    api.close();
  }
}

async function putHook(
  opened: Opened,
  { topic, url, existing }: { topic: string; url: string; existing: Hook | undefined },
): Promise<void> {
  const hook = { uri: url, format: 'JSON', includeFields: FIELDS };
  if (existing === undefined) await command(opened, CREATE, { topic, hook });
  else if (!isRight(existing)) await command(opened, UPDATE, { id: existing.id, hook });
}

function isRight({ format, includeFields }: Hook): boolean {
  return format === 'JSON' && includeFields.join() === FIELDS.join();
}

/** One that filters what it tells is replaced by one that does not. */
function isWhole({ filter }: Hook): boolean {
  return (filter ?? '') === '';
}

async function command(
  { api, signal }: Opened,
  query: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { data } = await api.query({ query, variables, schema: doneSchema, signal });
  const errors = data.done?.userErrors ?? [];
  // What is gone already is removed.
  if (errors.length === 0 || (query === DELETE && errors.every(({ message }) => /not|exist/i.test(message))))
    return;
  const message = `Shopify did not register or remove a webhook. It says: ${describeUserErrors(errors)}`;
  throw new SourceError('source.webhook_refused', message);
}
