import * as z from 'zod';

import type { Clock } from '../foundation/clock.ts';
import { UnavailableError } from '../foundation/errors.ts';
import { toRights, type ApiKeys, type Caller } from './api-keys.ts';
import { digestKey, isSameDigest } from './key-digest.ts';

/** How long a process goes by what it read of the key: one that was replaced works on for at most as long. */
const KEY_CACHE_MILLISECONDS = 30_000;

const adminSecretSchema = z.object({ applicationID: z.string().min(1), apiKey: z.string().min(1) });

interface AdminKey {
  readonly appID: string;
  readonly digest: Buffer;
}

/** Knows the first admin key of the deployment, which may do everything. Only its digest is kept in memory. */
export function createAdminKey(dependencies: {
  /** The secret's text: `{"applicationID","apiKey"}`. */
  readonly readSecret: () => Promise<string>;
  readonly clock: Clock;
}): ApiKeys {
  const { readSecret, clock } = dependencies;
  let cached: { readonly key: AdminKey; readonly until: number } | undefined;

  async function currentKey(): Promise<AdminKey> {
    const now = clock.now().getTime();
    if (cached && now < cached.until) return cached.key;
    const key = readKey(await readSecret().catch(refuseUnread));
    cached = { key, until: now + KEY_CACHE_MILLISECONDS };
    return key;
  }

  return {
    async identify(applicationID, apiKey): Promise<Caller | undefined> {
      const key = await currentKey();
      return isSameDigest(digestKey(applicationID, apiKey), key.digest)
        ? { appID: key.appID, rights: toRights(['admin']), isOperator: true }
        : undefined;
    },
  };
}

function readKey(text: string): AdminKey {
  const { applicationID, apiKey } = adminSecretSchema.parse(parseJSON(text));
  return { appID: applicationID, digest: digestKey(applicationID, apiKey) };
}

/** JSON.parse quotes what it could not read; that must not reach a log. */
function parseJSON(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('The admin secret is not JSON');
  }
}

function refuseUnread(cause: unknown): never {
  throw new UnavailableError(
    'applications.keys_unread',
    'API keys cannot be checked at the moment: try again.',
    {
      cause,
    },
  );
}
