/** What a key may be allowed to do: Algolia's names, and `admin`, which stands for all of them and for making keys. */
export const ACCESS_RIGHTS = ['addObject', 'deleteIndex', 'editSettings', 'admin'] as const;

export type AccessRight = (typeof ACCESS_RIGHTS)[number];

/** Who calls, and what they may do. */
export interface Caller {
  readonly appID: string;
  readonly rights: ReadonlySet<AccessRight>;
  /** Holds the deployment's own key, and so may make keys for any application. */
  readonly isOperator: boolean;
}

/** Decides who may call. */
export interface ApiKeys {
  /** The caller of these credentials, or nothing when they are not valid. */
  identify(applicationID: string, apiKey: string): Promise<Caller | undefined>;
}

/** The rights that a key's ACL stands for. */
export function toRights(acl: readonly AccessRight[]): ReadonlySet<AccessRight> {
  return new Set(acl.includes('admin') ? ACCESS_RIGHTS : acl);
}
