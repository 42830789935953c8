import * as z from 'zod';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { OpenedAuthentication, SourceContext } from '../../contract/source-connector.ts';
import { createVendorClient } from '../../vendor/vendor-client.ts';
import type { NetworkPolicy } from '../../http/network-policy.ts';

/** A token is renewed so long before it ends, so that none ends on its way. */
const RENEW_BEFORE_SECONDS = 60;
const HOW =
  'Give an Admin API access token as key of an authentication of type apiKey or as accessToken of one of type secrets, ' +
  'or the client_id and client_secret of an app of your own organization in one of type oauth.';
const ADVICE =
  'Check that client_id and client_secret of the authentication are those of an app of your own organization, and that ' +
  'the app is installed in the store.';

const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().optional() });

interface AccessTokens {
  /** The header of a token that is good for now; of a new one where the last was refused. */
  authorize(isRefused: boolean, signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  close(): void;
}

/** The access token that the authentication holds, or tokens of the client credentials grant. Errors: `SourceError`. */
export function openAccessTokens(
  context: SourceContext<unknown>,
  reach: { readonly origin: string; readonly network: NetworkPolicy },
): AccessTokens {
  const { authentication } = context;
  if (authentication?.type === 'oauth') return openGrantedTokens(context, reach);
  return { authorize: async () => toHeader(storedToken(authentication)), close: () => undefined };
}

/** https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/client-credentials-grant */
function openGrantedTokens(
  { authentication, clock, timeouts }: SourceContext<unknown>,
  { origin, network }: { readonly origin: string; readonly network: NetworkPolicy },
): AccessTokens {
  const client = createVendorClient({
    vendor: 'Shopify',
    network,
    clock,
    timeouts,
    authorize: async () => ({}),
    accessAdvice: ADVICE,
  });
  let token: { readonly text: string; readonly endsAt: number } | undefined;
  const renew = async (signal: AbortSignal) => {
    const { body } = await client.send({
      method: 'POST',
      url: `${origin}/admin/oauth/access_token`,
      form: {
        grant_type: 'client_credentials',
        client_id: textOf(authentication, 'client_id'),
        client_secret: textOf(authentication, 'client_secret'),
      },
      // What OAuth answers where the client is not known, or not installed.
      accepts: [400],
      signal,
    });
    const { data } = tokenSchema.safeParse(body);
    if (data === undefined)
      throw new SourceError('source.access_denied', `Shopify gave no access token. ${ADVICE}`);
    const seconds = (data.expires_in ?? Number.POSITIVE_INFINITY) - RENEW_BEFORE_SECONDS;
    return { text: data.access_token, endsAt: clock.now().getTime() + seconds * 1000 };
  };
  return {
    authorize: async (isRefused, signal) => {
      if (token === undefined || isRefused || clock.now().getTime() >= token.endsAt)
        token = await renew(signal);
      return toHeader(token.text);
    },
    close: () => client.close(),
  };
}

function toHeader(token: string): Readonly<Record<string, string>> {
  return { 'x-shopify-access-token': token };
}

function storedToken(authentication: OpenedAuthentication | undefined): string {
  return textOf(authentication, authentication?.type === 'secrets' ? 'accessToken' : 'key');
}

function textOf(authentication: OpenedAuthentication | undefined, field: string): string {
  const value = authentication?.input[field];
  const text = typeof value === 'object' ? value.reveal() : value;
  if (text !== undefined && text !== '') return text;
  const what = authentication === undefined ? 'the source has no authentication' : `there is no ${field}`;
  throw new SourceError('source.access_denied', `Shopify wants an access token, and ${what}. ${HOW}`);
}
