import type { Clock } from '../foundation/clock.ts';
import type { Resource } from '../resources/resource.ts';
import type { ApiKeyStore } from './api-key-store.ts';
import type { ApiKeyUses } from './api-key-uses.ts';
import { isExpired, type ApiKey } from './api-key.ts';
import { toRights, type ApiKeys } from './api-keys.ts';
import { digestKey, isSameDigest } from './key-digest.ts';
import { readKeyID } from './key-text.ts';

/** Keys remembered per process: more than any deployment's busy ones, few enough for memory. */
const MAX_CACHED = 1_000;

/** How long a process goes by what it read of a key: one that another process revoked works on for at most as long. */
const CACHE_MILLISECONDS = 5_000;

/** An hour of requests by one key is written down once; the processes that know so need not try. */
const NOTE_MILLISECONDS = 10 * 60 * 1000;

/** Keys that were made through the API. */
export interface IssuedKeys extends ApiKeys {
  /** What this process remembers of a key is not good any more. */
  forget(appID: string, keyID: string): void;
}

interface Remembered {
  readonly key: Resource<ApiKey>;
  readonly until: number;
}

/** Knows the keys that were made through the API, by application. Those that are revoked or past their time are nobody's. */
export function createIssuedKeys(dependencies: {
  readonly store: Pick<ApiKeyStore, 'find'>;
  readonly uses: Pick<ApiKeyUses, 'note'>;
  readonly clock: Clock;
}): IssuedKeys {
  const { store, uses, clock } = dependencies;
  const remembered = new Map<string, Remembered>();
  const notedAt = new Map<string, number>();

  /** Only keys that exist are remembered: made-up ones must not push them out. */
  async function findKey(appID: string, keyID: string, now: number): Promise<Resource<ApiKey> | undefined> {
    const name = `${appID}#${keyID}`;
    const known = remembered.get(name);
    if (known && now < known.until) return known.key;
    remembered.delete(name);
    const key = await store.find(appID, keyID);
    if (key) remember(remembered, name, { key, until: now + CACHE_MILLISECONDS });
    return key;
  }

  async function noteUse(appID: string, keyID: string, now: number): Promise<void> {
    const name = `${appID}#${keyID}`;
    if (now < (notedAt.get(name) ?? 0) + NOTE_MILLISECONDS) return;
    remember(notedAt, name, now);
    await uses.note(appID, keyID);
  }

  return {
    forget: (appID, keyID) => void remembered.delete(`${appID}#${keyID}`),
    async identify(applicationID, apiKey) {
      const keyID = readKeyID(apiKey);
      if (keyID === undefined || !/^[A-Za-z0-9_-]{1,64}$/.test(applicationID)) return undefined;
      const now = clock.now();
      const key = await findKey(applicationID, keyID, now.getTime());
      if (!key || isExpired(key.body, now)) return undefined;
      const stored = Buffer.from(key.body.digest, 'base64');
      if (!isSameDigest(digestKey(applicationID, apiKey), stored)) return undefined;
      await noteUse(applicationID, keyID, now.getTime());
      return { appID: applicationID, rights: toRights(key.body.acl), isOperator: false };
    },
  };
}

function remember<Value>(map: Map<string, Value>, name: string, value: Value): void {
  const [oldest] = map.keys();
  if (map.size >= MAX_CACHED && oldest !== undefined) map.delete(oldest);
  map.set(name, value);
}

/** All keys: those made through the API, and for what is not written like one of these the deployment's own. */
export function createApiKeys({
  issuedKeys,
  adminKey,
}: {
  readonly issuedKeys: ApiKeys;
  readonly adminKey: ApiKeys;
}): ApiKeys {
  return {
    identify: (applicationID, apiKey) =>
      (readKeyID(apiKey) === undefined ? adminKey : issuedKeys).identify(applicationID, apiKey),
  };
}
