import { createHash, timingSafeEqual } from 'node:crypto';

import * as z from 'zod';

import type { Clock } from '../foundation/clock.ts';
import { UnavailableError } from '../foundation/errors.ts';
import type { ApiKeys, Caller } from './api-keys.ts';

/** How long a process goes by the key that it read; a replaced key works on for at most as long. */
const CACHE_MILLISECONDS = 5 * 60 * 1000;

const ADMIN_RIGHTS: ReadonlySet<string> = new Set(['addObject', 'deleteIndex', 'editSettings']);

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
    cached = { key, until: now + CACHE_MILLISECONDS };
    return key;
  }

  return {
    async identify(applicationID, apiKey): Promise<Caller | undefined> {
      const key = await currentKey();
      return timingSafeEqual(digest(applicationID, apiKey), key.digest)
        ? { appID: key.appID, rights: ADMIN_RIGHTS }
        : undefined;
    },
  };
}

function readKey(text: string): AdminKey {
  const { applicationID, apiKey } = adminSecretSchema.parse(parseJSON(text));
  return { appID: applicationID, digest: digest(applicationID, apiKey) };
}

/** JSON.parse quotes what it could not read; that must not reach a log. */
function parseJSON(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('The admin secret is not JSON');
  }
}

/** Digests have one length whatever was sent, as the comparison needs it. */
function digest(applicationID: string, apiKey: string): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([applicationID, apiKey]))
    .digest();
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
