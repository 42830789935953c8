import type { DataKeys } from '../foundation/data-keys.ts';
import { openSecrets, sealWith, type SealedSecret } from '../foundation/sealing.ts';
import type { Secret } from '../foundation/secret.ts';
import type { HookOwner } from './hook-id.ts';
import type { WebhookSchemeName } from './webhook-scheme.ts';

const FIELD = 'secret';

/** Whose secret it is. The scheme is part of it, so that a secret proves nothing under another one. */
export type SecretOwner = HookOwner & { readonly scheme: WebhookSchemeName };

/** Seals a secret for the version of the webhook that it is stored with. Needs the right to make data keys only. */
export function sealWebhookSecret(
  dataKeys: DataKeys,
  owner: SecretOwner & { readonly version: number },
  secret: Secret,
): Promise<SealedSecret> {
  return sealWith(dataKeys, { ...sealOwner(owner), version: owner.version }, (seal) =>
    seal(FIELD, secret.reveal()),
  );
}

export async function openWebhookSecret(
  dataKeys: DataKeys,
  owner: SecretOwner,
  sealed: SealedSecret,
): Promise<Secret> {
  const { [FIELD]: secret } = await openSecrets(dataKeys, sealOwner(owner), { [FIELD]: sealed });
  if (secret === undefined) throw new Error('A sealed secret was opened to nothing');
  return secret;
}

/** Beginning with `webhook#`: the right to open these is not the right to open those of authentications. */
function sealOwner({ appID, taskID, scheme }: SecretOwner): { appID: string; authenticationID: string } {
  return { appID, authenticationID: `webhook#${taskID}#${scheme}` };
}
