import * as z from 'zod';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { OpenedAuthentication, SourceContext } from '../../contract/source-connector.ts';
import { createVendorClient } from '../../vendor/vendor-client.ts';
import { messageOf } from './refusal-message.ts';
import type { NetworkPolicy } from '../../http/network-policy.ts';

/** A token is renewed so long before it ends, so that none ends on its way. */
const RENEW_BEFORE_SECONDS = 60;
const ADVICE =
  'Check the url, client_id, client_secret and scope of the authentication: they are those of an API client of the ' +
  'project, with the scope view_products:{projectKey}.';

const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number() });

interface AccessTokens {
  /** The header of a token that is good for now; of a new one where the last was refused. */
  authorize(isRefused: boolean, signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  close(): void;
}

/** Tokens of the client credentials flow, each used as long as it lasts. Errors: `SourceError`. */
export function openAccessTokens(
  { authentication, clock, timeouts }: SourceContext<unknown>,
  { base, network }: { base: string | undefined; network: NetworkPolicy },
): AccessTokens {
  const client = createVendorClient({
    vendor: 'commercetools',
    network,
    clock,
    timeouts,
    authorize: async () => ({ authorization: basicOf(authentication) }),
    accessAdvice: ADVICE,
    messageOf,
  });
  let token: { readonly header: string; readonly endsAt: number } | undefined;
  const renew = async (signal: AbortSignal) => {
    const scope = textOf(authentication, 'scope');
    const { body } = await client.send({
      method: 'POST',
      url: tokenURL(base ?? textOf(authentication, 'url')),
      form: { grant_type: 'client_credentials', ...(scope && { scope }) },
      // What OAuth answers where the client or the scope is not known.
      accepts: [400],
      signal,
    });
    const { data } = tokenSchema.safeParse(body);
    if (data !== undefined) {
      const seconds = data.expires_in - RENEW_BEFORE_SECONDS;
      return { header: `Bearer ${data.access_token}`, endsAt: clock.now().getTime() + seconds * 1000 };
    }
    const own = messageOf(JSON.stringify(body));
    const says = own === undefined ? '' : ` It says: ${own}`;
    throw new SourceError('source.access_denied', `commercetools gave no access token. ${ADVICE}${says}`);
  };
  return {
    authorize: async (isRefused, signal) => {
      if (token === undefined || isRefused || clock.now().getTime() >= token.endsAt)
        token = await renew(signal);
      return { authorization: token.header };
    },
    close: () => client.close(),
  };
}

/** The authentication may name the host alone, as commercetools does, or all of the address. */
function tokenURL(url: string | undefined): string {
  if (url === undefined) throw missing('url');
  const base = url.replace(/\/+$/, '');
  return base.endsWith('/oauth/token') ? base : `${base}/oauth/token`;
}

function basicOf(authentication: OpenedAuthentication | undefined): string {
  const id = textOf(authentication, 'client_id');
  const secret = textOf(authentication, 'client_secret');
  if (id === undefined) throw missing('client_id');
  if (secret === undefined) throw missing('client_secret');
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
}

function textOf(authentication: OpenedAuthentication | undefined, field: string): string | undefined {
  const value = authentication?.input[field];
  const text = typeof value === 'object' ? value.reveal() : value;
  return text === '' ? undefined : text;
}

function missing(field: string): SourceError {
  return new SourceError(
    'source.access_denied',
    `The authentication of the source has no ${field}. ${ADVICE}`,
  );
}
