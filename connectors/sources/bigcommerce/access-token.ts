import { SourceError } from '../../../core/runs/source-error.ts';
import type { OpenedAuthentication } from '../../contract/source-connector.ts';

const HOW =
  'Create an API account in the control panel of the store and give its access token: as key of an authentication of type ' +
  'apiKey, or as accessToken of one of type secrets.';

/** The access token that an authentication holds. Errors: `SourceError` that says how to come by one. */
export function accessTokenOf(authentication: OpenedAuthentication | undefined): string {
  // The code of an app is good for one exchange, with the URL that it was sent to: it is worth nothing when a run begins.
  if (authentication?.type === 'oauth')
    throw refusal('has an authentication of type oauth, which holds none');
  const token = authentication?.input[authentication.type === 'secrets' ? 'accessToken' : 'key'];
  if (typeof token === 'object') return token.reveal();
  throw refusal('has none');
}

function refusal(what: string): SourceError {
  return new SourceError(
    'source.access_denied',
    `BigCommerce wants an access token and the source ${what}. ${HOW}`,
  );
}
