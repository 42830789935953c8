import type { DataKeys } from '../foundation/data-keys.ts';
import { openSecrets, sealWith, type SealedSecret, type SealOwner } from '../foundation/sealing.ts';
import type { Secret } from '../foundation/secret.ts';
import type { Resource } from '../resources/resource.ts';
import type { Link } from './link.ts';

type Target = Pick<Link, 'applicationID' | 'region'>;

/** The key of a link, sealed for its row. Needs the right to make data keys only. */
export async function sealLinkKey(
  dataKeys: DataKeys,
  { appID, linkID, version }: { readonly appID: string; readonly linkID: string; readonly version: number },
  { target, apiKey }: { readonly target: Target; readonly apiKey: string },
): Promise<SealedSecret> {
  const owner = { ...ownerOf(appID, linkID), version };
  return sealWith(dataKeys, owner, (seal) => seal(fieldOf(target), apiKey));
}

/** The key of a link; a `SealBrokenError` when the row was moved, or says that the key goes elsewhere. */
export async function openLinkKey(
  dataKeys: DataKeys,
  appID: string,
  { id, body }: Resource<Link>,
): Promise<Secret> {
  const owner = ownerOf(appID, id);
  const field = fieldOf(body);
  const { [field]: apiKey } = await openSecrets(dataKeys, owner, { [field]: body.apiKey });
  if (apiKey === undefined) throw new Error(`Nothing was opened for the link ${id}`);
  return apiKey;
}

/** Under a name that no authentication has: who opens links opens nothing else. */
function ownerOf(appID: string, linkID: string): SealOwner {
  return { appID, authenticationID: `link#${linkID}` };
}

/** Where the key is sent is part of what is sealed: an edited row does not open. */
function fieldOf({ applicationID, region }: Target): string {
  return `apiKey of ${applicationID} in ${region}`;
}
