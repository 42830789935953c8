import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import * as z from 'zod';
import { Secret } from '../../../core/foundation/secret.ts';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { SourceContext } from '../../contract/source-connector.ts';
import type { VendorClient } from '../../vendor/vendor-client.ts';

/** Who the token endpoint is: it stands in what is signed, wherever the endpoint is reached. */
const AUDIENCE = 'https://oauth2.googleapis.com/token';
/** The narrowest scope that may start queries; what may be read or changed is up to the account's roles. */
const SCOPE = 'https://www.googleapis.com/auth/bigquery';
const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** The longest that Google takes. */
const ASSERTION_SECONDS = 3_600;
/** A token is renewed so long before it ends, so that none ends on its way. */
const RENEW_BEFORE_SECONDS = 60;
const ADVICE =
  'Check the clientEmail and the privateKey of the authentication: they are client_email and private_key in the JSON ' +
  'key of a service account, which must not have been deleted or disabled.';

const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number() });
const refusalSchema = z.object({ error: z.string(), error_description: z.string().optional() });

interface TokenPorts {
  /** Sends to the token endpoint, without a token. */
  readonly client: VendorClient;
  readonly tokenURL: string;
}

/** Tokens of a service account, each used as long as it lasts. The returned function gives the header of one that is good. */
export function createAuthorize(
  { authentication, clock }: SourceContext<unknown>,
  { client, tokenURL }: TokenPorts,
): (isRefused: boolean, signal: AbortSignal) => Promise<Readonly<Record<string, string>>> {
  let token: { readonly header: string; readonly endsAt: number } | undefined;
  const renew = async (signal: AbortSignal) => {
    const { clientEmail, key } = readAccount(authentication?.input ?? {});
    const assertion = signAssertion(clientEmail, key, Math.floor(clock.now().getTime() / 1000));
    const { body } = await client.send({
      method: 'POST',
      url: tokenURL,
      form: { grant_type: GRANT_TYPE, assertion },
      // What OAuth answers where the account is not known or the signature is wrong.
      accepts: [400],
      signal,
    });
    const { data } = tokenSchema.safeParse(body);
    if (data === undefined) throw denied(`Google gave no access token. ${ADVICE}${sentenceOf(body)}`);
    const seconds = data.expires_in - RENEW_BEFORE_SECONDS;
    return { header: `Bearer ${data.access_token}`, endsAt: clock.now().getTime() + seconds * 1000 };
  };
  return async (isRefused, signal) => {
    if (token === undefined || isRefused || clock.now().getTime() >= token.endsAt)
      token = await renew(signal);
    return { authorization: token.header };
  };
}

function readAccount(input: Readonly<Record<string, string | Secret>>) {
  const { clientEmail, privateKey } = input;
  if (typeof clientEmail !== 'string' || !(privateKey instanceof Secret)) {
    throw denied(
      `The source needs an authentication of type googleServiceAccount, with a clientEmail and a privateKey. ${ADVICE}`,
    );
  }
  return { clientEmail, key: readKey(privateKey) };
}

function readKey(privateKey: Secret): KeyObject {
  try {
    // Copied out of the JSON as it stands there, its line ends are two characters each.
    const key = createPrivateKey(privateKey.reveal().replaceAll(String.raw`\n`, '\n'));
    if (key.asymmetricKeyType === 'rsa') return key;
  } catch {
    // The library's error may quote the key.
  }
  throw denied(
    `The privateKey of the authentication is no RSA key in PEM: it begins with a line that says BEGIN PRIVATE KEY. ${ADVICE}`,
  );
}

/** https://developers.google.com/identity/protocols/oauth2/service-account#httprest */
function signAssertion(clientEmail: string, key: KeyObject, now: number): string {
  const claims = { iss: clientEmail, scope: SCOPE, aud: AUDIENCE, iat: now, exp: now + ASSERTION_SECONDS };
  const content = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${content}.${sign('RSA-SHA256', Buffer.from(content), key).toString('base64url')}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function sentenceOf(body: unknown): string {
  const { data } = refusalSchema.safeParse(body);
  return data === undefined ? '' : ` It says: ${(data.error_description ?? data.error).slice(0, 300)}`;
}

function denied(message: string): SourceError {
  return new SourceError('source.access_denied', message);
}
