import { TABLE_KEYS } from '../foundation/table.ts';

/** The right to write one index, held by one worker for one run. */
export interface Lease {
  readonly appID: string;
  /** `searchAppID/indexName`. */
  readonly key: string;
  readonly runID: string;
  /** Fencing token: strictly increasing for this key, over all holders and for ever. */
  readonly fence: number;
  /** Until then nobody else gets it; moved on by `renew`. */
  readonly heldUntil: Date;
}

/** Where the item lies. It has no TTL: a deleted item would begin its fence again. */
export function leaseItemKey(appID: string, key: string): Record<string, string> {
  return { [TABLE_KEYS.partition]: `${appID}#lease`, [TABLE_KEYS.sort]: key };
}

export function leaseKeyOf(index: { searchAppID: string; indexName: string }): string {
  return `${index.searchAppID}/${index.indexName}`;
}
