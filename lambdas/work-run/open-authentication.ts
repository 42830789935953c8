import type { OpenedAuthentication } from '../../connectors/contract/source-connector.ts';
import { openAuthenticationSecrets } from '../../core/authentications/authentication-seal.ts';
import type { AuthenticationStore } from '../../core/authentications/authentication-store.ts';
import type { DataKeys } from '../../core/foundation/data-keys.ts';
import { InvalidInputError } from '../../core/foundation/errors.ts';
import { SealBrokenError } from '../../core/foundation/sealing.ts';

interface AuthenticationAccess {
  readonly authentications: AuthenticationStore;
  readonly dataKeys: DataKeys;
}

/** The fields of an authentication with its secrets opened; nothing where none is named. */
export async function openAuthentication(
  { authentications, dataKeys }: AuthenticationAccess,
  appID: string,
  authenticationID: string | undefined,
): Promise<OpenedAuthentication | undefined> {
  if (authenticationID === undefined) return undefined;
  const authentication = await authentications.get(appID, authenticationID);
  const { body } = authentication;
  try {
    const secrets = await openAuthenticationSecrets(dataKeys, appID, authentication);
    return { type: body.type, input: { ...body.input, ...secrets } };
  } catch (error) {
    if (!(error instanceof SealBrokenError)) throw error;
    throw new InvalidInputError(
      'authentication.unreadable',
      `The stored credentials of the authentication ${authenticationID} cannot be opened: set them again.`,
      { cause: error },
    );
  }
}
