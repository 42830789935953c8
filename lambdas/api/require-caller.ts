import type { ApiKeys, Caller } from '../../core/applications/api-keys.ts';
import { ForbiddenError } from '../../core/foundation/errors.ts';
import { Secret } from '../../core/foundation/secret.ts';
import type { Operation } from './define-operation.ts';
import type { HttpRequest } from './http-request.ts';

/** Who calls, by the credentials in the headers or in the query, and the key itself. */
export async function requireCaller(
  apiKeys: ApiKeys,
  { headers, query }: HttpRequest,
): Promise<{ caller: Caller; apiKey: Secret }> {
  const applicationID = headers['x-algolia-application-id'] ?? query['x-algolia-application-id'];
  const apiKey = headers['x-algolia-api-key'] ?? query['x-algolia-api-key'];
  if (applicationID && apiKey) {
    const caller = await apiKeys.identify(applicationID, apiKey);
    if (caller) return { caller, apiKey: new Secret(apiKey) };
  }
  throw new ForbiddenError('applications.bad_key', 'Invalid Application-ID or API key');
}

/** Refuses a caller whose key lacks one of the operation's rights. */
export function requireRights({ rights }: Caller, { acl }: Operation): void {
  const missing = acl.filter((right) => !rights.has(right));
  if (missing.length === 0) return;
  throw new ForbiddenError('applications.missing_right', 'Method not allowed with this API key', {
    details: missing.map((right) => ({ message: `the key lacks the ACL ${right}`, label: 'acl' })),
  });
}
