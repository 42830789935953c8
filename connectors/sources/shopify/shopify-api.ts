import type { Readable } from 'node:stream';
import type * as z from 'zod';
import type { SourceContext } from '../../contract/source-connector.ts';
import { portOf } from '../../http/request-url.ts';
import { createVendorClient } from '../../vendor/vendor-client.ts';
import { openAccessTokens } from './access-token.ts';
import { CostBucket } from './cost-bucket.ts';
import { ACCESS_ADVICE, messageOf, parseData, readAnswer } from './graphql-answer.ts';
import { originOf, type ShopifyInput } from './shopify-input.ts';
import type { NetworkPolicy } from '../../http/network-policy.ts';

/**
 * The stable version that every request names, so that what is asked for means the same next year. The oldest that has
 * `bulkOperation(id:)` and five bulk operations at once is 2026-01; this one is supported until July 2027, after which
 * Shopify answers with the oldest that it still has.
 */
const API_VERSION = '2026-07';

/** How often in a row one query is sent again because there were not enough points. */
const MAX_WAITS = 10;

interface GraphqlRequest<Data> {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly schema: z.ZodType<Data>;
  readonly signal: AbortSignal;
}

interface GraphqlResult<Data> {
  readonly data: Data;
  readonly sizeBytes: number;
}

/** The GraphQL Admin API of one store, at the pace that its costs allow. Errors: `SourceError`. */
export interface ShopifyApi {
  query<Data>(request: GraphqlRequest<Data>): Promise<GraphqlResult<Data>>;
  /** The result of a bulk operation. Its URL is its own proof: no token is sent along. */
  download(url: string, signal: AbortSignal): Promise<Readable>;
  close(): void;
}

export function openShopifyApi(context: SourceContext<ShopifyInput>): ShopifyApi {
  const { origin, network } = reach(context);
  const { clock, timeouts } = context;
  const tokens = openAccessTokens(context, { origin, network });
  const client = createVendorClient({
    vendor: 'Shopify',
    network,
    clock,
    timeouts,
    authorize: (isRefused, signal) => tokens.authorize(isRefused, signal),
    accessAdvice: ACCESS_ADVICE,
    messageOf,
  });
  const bucket = new CostBucket(clock);
  const url = `${origin}/admin/api/${API_VERSION}/graphql.json`;
  return {
    query: async ({ query, variables, schema, signal }) => {
      for (let waits = 0; ; waits += 1) {
        await bucket.waitFor(query, signal);
        const body = { query, ...(variables && { variables }) };
        const answer = await client.send({ method: 'POST', url, body, signal });
        const { data, cost, error, isThrottled } = readAnswer(answer.body);
        if (cost !== undefined) bucket.note(query, cost);
        if (error === undefined) return { data: parseData(schema, data), sizeBytes: answer.sizeBytes };
        if (!isThrottled || cost === undefined || waits === MAX_WAITS) throw error;
      }
    },
    download: async (file, signal) => client.download({ url: file, signal }),
    close: () => {
      client.close();
      tokens.close();
    },
  };
}

/** An operator's own address is trusted, private or not. */
function reach({ input, vendorHosts, network }: SourceContext<ShopifyInput>): {
  origin: string;
  network: NetworkPolicy;
} {
  const own = vendorHosts['shopify'];
  if (own === undefined) return { origin: originOf(input), network };
  const url = new URL(own);
  const trustedHosts = [...network.trustedHosts, `${url.hostname}:${portOf(url)}`];
  return { origin: own.replace(/\/+$/, ''), network: { ...network, trustedHosts } };
}
