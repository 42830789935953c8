import { createHash } from 'node:crypto';

import type { DataKeys } from '../foundation/data-keys.ts';
import { openSecrets, SealBrokenError, sealWith, type SealOwner } from '../foundation/sealing.ts';
import type { Secret } from '../foundation/secret.ts';
import type { Resource } from '../resources/resource.ts';
import type { Authentication } from './authentication.ts';

/** The row's own seal stands among the fields under a name that no secret can have. */
const ROW = '';

/**
 * The authentication with `fields` sealed into it, beside the secrets that it has, and a seal over all of it: what says
 * where a secret is sent cannot be edited without whoever seals. Needs the right to make data keys only.
 */
export async function sealAuthentication(
  dataKeys: DataKeys,
  owner: SealOwner & { readonly version: number },
  authentication: Omit<Authentication, 'seal'>,
  fields: Readonly<Record<string, string>>,
): Promise<Authentication> {
  return sealWith(dataKeys, owner, (seal) => {
    const added = Object.entries(fields).map(([field, value]) => [field, seal(field, value)] as const);
    const sealed = {
      ...authentication,
      secrets: { ...authentication.secrets, ...Object.fromEntries(added) },
    };
    return { ...sealed, seal: seal(ROW, digestOf(sealed)) };
  });
}

/** The secrets of an authentication; a `SealBrokenError` when its row was moved, edited or put together of two. */
export async function openAuthenticationSecrets(
  dataKeys: DataKeys,
  appID: string,
  { id, version, body }: Resource<Authentication>,
): Promise<Record<string, Secret>> {
  const owner = { appID, authenticationID: id };
  const { [ROW]: row, ...secrets } = await openSecrets(dataKeys, owner, {
    ...body.secrets,
    [ROW]: body.seal,
  });
  if (body.seal.version === version && row?.reveal() === digestOf(body)) return secrets;
  throw new SealBrokenError('of the row', undefined);
}

function digestOf({ type, name, platform, input, secrets }: Omit<Authentication, 'seal'>): string {
  const sealed = sorted(secrets).map(([field, secret]) => [
    field,
    secret.format,
    secret.version,
    secret.dataKey,
    secret.nonce,
    secret.ciphertext,
    secret.tag,
  ]);
  return createHash('sha256')
    .update(JSON.stringify([type, name, platform, sorted(input), sealed]))
    .digest('base64');
}

function sorted<Value>(fields: Readonly<Record<string, Value>>): [string, Value][] {
  return Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
}
