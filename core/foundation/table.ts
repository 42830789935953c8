/**
 * The one table: attribute and index names shared by the stack that creates it and the stores that use it.
 * Every partition key begins with the application ID, so no query can cross tenants; `due` is the one exception.
 */
export const TABLE_KEYS = { partition: 'pk', sort: 'sk' } as const;

/** Global secondary indexes; `partition` and `sort` are string attributes that only the items in the index carry. */
export const TABLE_INDEXES = {
  /** Runs of an application by creation time. */
  byApplication: { name: 'by-application', partition: 'applicationKey', sort: 'applicationSort' },
  /** Runs of a task by creation time. */
  byTask: { name: 'by-task', partition: 'taskKey', sort: 'taskSort' },
  /** What has a follow-up due, over all tenants, by the instant it is due: the sweep's list. */
  due: { name: 'due', partition: 'dueKey', sort: 'dueAt' },
} as const;

/** Epoch seconds after which DynamoDB may delete the item; readers also compare it, because TTL is late. */
export const TTL_ATTRIBUTE = 'expiresAt';
