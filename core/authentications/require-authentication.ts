import { invalidField } from '../foundation/validation.ts';
import type { AuthenticationStore } from './authentication-store.ts';

/** Refuses a resource that names an authentication which is not there or not of a type that it can use. */
export async function requireAuthentication(
  store: AuthenticationStore,
  request: {
    readonly appID: string;
    readonly authenticationID: string | undefined;
    readonly types: readonly string[];
    /** Who needs it, for the sentence: `sources of type csv`. */
    readonly user: string;
  },
): Promise<void> {
  const { authenticationID, types } = request;
  if (authenticationID === undefined) return;
  const authentication = await store.find(request.appID, authenticationID);
  if (!authentication) throw invalidField('authenticationID', `no such authentication: ${authenticationID}`);
  if (types.includes(authentication.body.type)) return;
  throw invalidField(
    'authenticationID',
    `${request.user} take an authentication of type ${types.join(' or ')}; this one is of type ${authentication.body.type}`,
  );
}
