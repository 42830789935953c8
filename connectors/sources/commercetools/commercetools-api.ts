import * as z from 'zod';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { SourceContext } from '../../contract/source-connector.ts';
import { portOf } from '../../http/request-url.ts';
import { createVendorClient } from '../../vendor/vendor-client.ts';
import { openAccessTokens } from './access-token.ts';
import type { CommercetoolsInput } from './commercetools-input.ts';
import { messageOf } from './refusal-message.ts';
import type { NetworkPolicy } from '../../http/network-policy.ts';

/** The most that any list gives at once: https://docs.commercetools.com/api/general-concepts#limit */
export const MAX_LIMIT = 500;
/** Ids or SKUs in one predicate: with more the address would grow past what servers take. */
export const NAMES_PER_REQUEST = 100;
/** Where a page is larger than an answer may be, how many times fewer are asked for. */
const SHRINK = 5;

const listedSchema = z.looseObject({ id: z.string().min(1) });
const listSchema = z.object({ limit: z.int().positive().optional(), results: z.array(listedSchema) });

interface ListRequest {
  readonly path: string;
  /** Predicates that must all hold. */
  readonly where: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  /** Items that come after this id. */
  readonly after?: string | undefined;
  readonly limit: number;
  readonly signal: AbortSignal;
}

export interface Listing {
  readonly items: readonly z.infer<typeof listedSchema>[];
  /** How many there might have been: fewer than asked for where so many were too large an answer, or more than it gives. */
  readonly limit: number;
  /** The last id of a full page: more may follow it. */
  readonly last: string | undefined;
  readonly sizeBytes: number;
}

/** The HTTP API of one project. Errors: `SourceError`. */
export interface CommercetoolsApi {
  /** A page of a list by the ids of its items: what others add or remove meanwhile shifts nothing. */
  page(request: ListRequest): Promise<Listing>;
  close(): void;
}

export function openCommercetoolsApi(context: SourceContext<CommercetoolsInput>): CommercetoolsApi {
  const { own, network } = reach(context);
  const tokens = openAccessTokens(context, { base: own, network });
  const { url, projectKey } = context.input;
  const client = createVendorClient({
    vendor: 'commercetools',
    network,
    clock: context.clock,
    timeouts: context.timeouts,
    authorize: tokens.authorize,
    accessAdvice:
      'Check the projectKey of the source, and that the API client of the authentication has the scope ' +
      'view_products for that project.',
    messageOf,
  });
  const root = `${(own ?? url).replace(/\/+$/, '')}/${encodeURIComponent(projectKey)}`;
  const page = async (request: ListRequest): Promise<Listing> => {
    const { path, after, limit, signal } = request;
    try {
      const { body, sizeBytes } = await client.send({ url: `${root}${path}?${queryOf(request)}`, signal });
      const { results: items, limit: given = limit } = parseList(path, body);
      const most = Math.min(limit, given);
      if (items.some(({ id }) => id === after)) throw repeated(path);
      return { items, limit: most, sizeBytes, last: items.length < most ? undefined : items.at(-1)?.id };
    } catch (error) {
      const isTooLarge = error instanceof SourceError && error.code === 'http.response_too_large';
      if (!isTooLarge || limit === 1) throw error;
      return page({ ...request, limit: Math.ceil(limit / SHRINK) });
    }
  };
  return {
    page,
    close: () => {
      client.close();
      tokens.close();
    },
  };
}

/** A predicate that one of these values is what the field holds. */
export function isOneOf(field: string, values: readonly string[]): string {
  return `${field} in (${values.map((value) => JSON.stringify(value)).join(', ')})`;
}

/** An operator's own address is trusted, private or not; it then stands for the authorization server too. */
function reach({ vendorHosts, network }: SourceContext<unknown>): {
  own: string | undefined;
  network: NetworkPolicy;
} {
  const own = vendorHosts['commercetools'];
  if (own === undefined) return { own, network };
  const url = new URL(own);
  const trustedHosts = [...network.trustedHosts, `${url.hostname}:${portOf(url)}`];
  return { own, network: { ...network, trustedHosts } };
}

function queryOf({ where, query, after, limit }: ListRequest): URLSearchParams {
  const predicates = after === undefined ? where : [...where, `id > ${JSON.stringify(after)}`];
  const search = new URLSearchParams({
    ...query,
    sort: 'id asc',
    limit: String(limit),
    withTotal: 'false',
  });
  if (predicates.length > 0)
    search.set('where', predicates.map((predicate) => `(${predicate})`).join(' and '));
  return search;
}

function parseList(path: string, body: unknown): z.infer<typeof listSchema> {
  const { success, data, error } = listSchema.safeParse(body);
  if (success) return data;
  const field = error.issues[0]?.path.join('.') ?? '';
  throw new SourceError(
    'source.invalid_answer',
    `commercetools answered ${path} with a ${field === '' ? 'body' : field} that is not as documented.`,
  );
}

/** It would be read for ever. In which order ids come is the vendor's own matter. */
function repeated(path: string): SourceError {
  return new SourceError(
    'source.invalid_answer',
    `commercetools answered ${path} with an item again after which it was asked to go on.`,
  );
}
