import { generateKeyPairSync, randomUUID, verify } from 'node:crypto';

const AUDIENCE = 'https://oauth2.googleapis.com/token';
const SCOPE = 'https://www.googleapis.com/auth/bigquery';

/** One for all tests of a file: making it takes its time. */
const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

/** The service account that the test server knows. */
export const ACCOUNT = { clientEmail: 'millrace@my-project.iam.gserviceaccount.com', privateKey };

export interface TokenAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Gives tokens as Google does: for a JWT that the account's key has signed. */
export function createTokenEndpoint(): { exchange: (form: string) => TokenAnswer; tokens: Set<string> } {
  const tokens = new Set<string>();
  return {
    tokens,
    exchange: (form) => {
      const fields = new URLSearchParams(form);
      if (fields.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
        return refuse('unsupported_grant_type', 'Invalid grant_type');
      const problem = problemOf(fields.get('assertion') ?? '');
      if (problem !== undefined) return refuse('invalid_grant', problem);
      const token = `ya29.${randomUUID()}`;
      tokens.add(token);
      return { status: 200, body: { access_token: token, expires_in: 3599, token_type: 'Bearer' } };
    },
  };
}

function problemOf(assertion: string): string | undefined {
  const [header = '', claims = '', signature = ''] = assertion.split('.');
  const { alg, typ } = decode(header);
  if (alg !== 'RS256' || typ !== 'JWT') return 'Invalid JWT header';
  const { iss, scope, aud, iat, exp } = decode(claims);
  if (iss !== ACCOUNT.clientEmail) return 'Invalid grant: account not found';
  if (aud !== AUDIENCE || scope !== SCOPE) return 'Invalid JWT: audience or scope';
  const now = Date.now() / 1000;
  if (Math.abs(Number(iat) - now) > 300 || Number(exp) - Number(iat) > 3600)
    return 'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.';
  const isSigned = verify(
    'RSA-SHA256',
    Buffer.from(`${header}.${claims}`),
    publicKey,
    Buffer.from(signature, 'base64url'),
  );
  return isSigned ? undefined : 'Invalid JWT Signature.';
}

function decode(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
}

function refuse(error: string, description: string): TokenAnswer {
  return { status: 400, body: { error, error_description: description } };
}
