/** The rights that operations ask for, by Algolia's names. */
export type AccessRight = 'addObject' | 'deleteIndex' | 'editSettings';

/** Who calls, and what they may do. */
export interface Caller {
  readonly appID: string;
  readonly rights: ReadonlySet<string>;
}

/** Decides who may call. The one place to widen when there are more keys than the first. */
export interface ApiKeys {
  /** The caller of these credentials, or nothing when they are not valid. */
  identify(applicationID: string, apiKey: string): Promise<Caller | undefined>;
}
