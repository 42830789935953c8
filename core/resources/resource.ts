/** What an application makes; a task is put together from the others. */
export const RESOURCE_KINDS = [
  'authentication',
  'source',
  'destination',
  'transformation',
  'task',
  'key',
  'link',
  'alert',
  'incident',
  'webhook',
] as const;
export type ResourceKind = (typeof RESOURCE_KINDS)[number];

/** One resource as stored. Dates are RFC 3339 with milliseconds; the wire shows whole seconds. */
export interface Resource<Body> {
  readonly id: string;
  /** Counts the writes; each update is conditional on the version that it read. */
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly body: Body;
}

/** `field` of a resource names another one: which then cannot be deleted. */
export interface Reference {
  readonly field: string;
  readonly kind: ResourceKind;
  readonly id: string;
}

/** What lists can filter and sort by; null stands for `none`. */
export type ListValue = string | boolean | null | readonly string[];

/** Each named attribute must have (or, for a list, contain) one of the values. */
export type ListFilter = Readonly<Record<string, readonly (string | boolean | null)[] | undefined>>;
