import { Secret } from '../../../core/foundation/secret.ts';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { OpenedAuthentication } from '../../contract/source-connector.ts';

export interface AlgoliaAccess {
  readonly applicationID: string;
  readonly apiKey: Secret;
}

/** Both travel as headers, and the application ID in a host name: what cannot is refused before anything is sent. */
export function readAccess(authentication: OpenedAuthentication | undefined): AlgoliaAccess {
  const { appID, apiKey } = authentication?.input ?? {};
  if (typeof appID !== 'string' || !(apiKey instanceof Secret)) {
    throw denied(
      'The source needs an authentication of type algolia, with an application ID and an API key.',
    );
  }
  if (!/^[\w-]+$/.test(appID)) {
    throw denied('The application ID has characters that no application ID has: check the authentication.');
  }
  if (!/^[\u0021-\u007e]+$/.test(apiKey.reveal())) {
    throw denied(
      `The API key of the application ${appID} is empty or has characters that no key has: check the authentication.`,
    );
  }
  return { applicationID: appID, apiKey };
}

function denied(message: string): SourceError {
  return new SourceError('source.access_denied', message);
}
