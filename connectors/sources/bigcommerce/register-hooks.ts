import type { SourceContext, VendorHook, WebhookRegistrar } from '../../contract/source-connector.ts';
import { openBigCommerceApi, type BigCommerceApi } from './bigcommerce-api.ts';
import type { BigCommerceInput } from './bigcommerce-input.ts';
import { hookSchema, type Hook } from './catalog-answers.ts';

/** Deliveries are not signed: the secret comes back in this header, which `core/webhooks/schemes/bigcommerce.ts` reads. */
const SECRET_HEADER = 'X-Millrace-Secret';

/** One webhook for each scope that the source's records depend on. */
export const bigcommerceWebhooks: WebhookRegistrar<BigCommerceInput> = {
  async register(context, hook, signal) {
    const scopes = scopesOf(context.input);
    await withHooks(context, hook, signal, async (api, registered) => {
      const kept = new Map<string, Hook>();
      for (const one of registered) {
        // Two workers that registered at once may have made two for a scope.
        if (scopes.includes(one.scope) && !kept.has(one.scope)) kept.set(one.scope, one);
        else await removeHook(api, one, signal);
      }
      for (const scope of scopes) await putHook(api, { scope, hook, existing: kept.get(scope) }, signal);
    });
    return { topics: scopes };
  },
  async remove(context, hook, signal) {
    await withHooks(context, hook, signal, async (api, registered) => {
      for (const one of registered) await removeHook(api, one, signal);
    });
  },
};

/** Not those of variants' metafields: they do not tell the product, so every one would ask for a whole run. */
function scopesOf({ channel, productMetafields = [] }: BigCommerceInput): string[] {
  return [
    'store/product/*',
    'store/sku/*',
    'store/category/*',
    ...(productMetafields.length > 0 ? ['store/product/metafield/*'] : []),
    ...(channel === undefined
      ? []
      : ['product', 'category/product'].flatMap((what) => [
          `store/channel/${channel.id}/${what}/assigned`,
          `store/channel/${channel.id}/${what}/unassigned`,
        ])),
  ];
}

async function withHooks(
  context: SourceContext<BigCommerceInput>,
  { url }: Pick<VendorHook, 'url'>,
  signal: AbortSignal,
  act: (api: BigCommerceApi, registered: readonly Hook[]) => Promise<void>,
): Promise<void> {
  const api = openBigCommerceApi(context);
  try {
    const registered: Hook[] = [];
    const listed = api.list({ path: '/hooks', query: { destination: url }, schema: hookSchema, signal });
    for await (const hook of listed) if (hook.destination === url) registered.push(hook);
    await act(api, registered);
  } finally {
    api.close();
  }
}

async function putHook(
  api: BigCommerceApi,
  { scope, hook, existing }: { scope: string; hook: VendorHook; existing: Hook | undefined },
  signal: AbortSignal,
): Promise<void> {
  const secret = hook.secret.reveal();
  const wanted = { scope, destination: hook.url, is_active: true, headers: { [SECRET_HEADER]: secret } };
  if (existing === undefined) {
    await api.command({ method: 'POST', path: '/hooks', body: wanted, signal });
  } else if (!existing.is_active || secretOf(existing) !== secret) {
    const path = `/hooks/${existing.id}`;
    await api.command({ method: 'PUT', path, body: wanted, signal });
  }
}

function secretOf({ headers }: Hook): string | undefined {
  const found = Object.entries(headers ?? {}).find(
    ([name]) => name.toLowerCase() === SECRET_HEADER.toLowerCase(),
  );
  return found?.[1];
}

/** What is gone already is removed. */
async function removeHook(api: BigCommerceApi, { id }: Hook, signal: AbortSignal): Promise<void> {
  const path = `/hooks/${id}`;
  await api.command({ method: 'DELETE', path, accepts: [404], signal });
}
