/**
 * The one table: attribute and index names shared by the stack that creates it and the stores that use it.
 * Every partition key begins with the application ID, so no query can cross tenants; `due` is the one exception.
 */
export const TABLE_KEYS = { partition: 'pk', sort: 'sk' } as const;

/**
 * Global secondary indexes; `partition` and `sort` are string attributes that only the items in the index carry. Those
 * that lists read hold keys only: an item that changes otherwise does not write them.
 */
export const TABLE_INDEXES = {
  /** Runs of an application, and events of a run, by creation time; a partition per status and type. */
  byApplication: {
    name: 'by-application',
    partition: 'applicationKey',
    sort: 'applicationSort',
    projection: 'KEYS_ONLY',
  },
  /** Runs of a task by creation time; a partition per status and type. */
  byTask: { name: 'by-task', partition: 'taskKey', sort: 'taskSort', projection: 'KEYS_ONLY' },
  /** Runs of an application by the time of their last change; a partition per status and type. */
  byApplicationUpdate: {
    name: 'by-application-update',
    partition: 'applicationUpdateKey',
    sort: 'applicationUpdateSort',
    projection: 'KEYS_ONLY',
  },
  /** Runs of a task by the time of their last change; a partition per status and type. */
  byTaskUpdate: {
    name: 'by-task-update',
    partition: 'taskUpdateKey',
    sort: 'taskUpdateSort',
    projection: 'KEYS_ONLY',
  },
  /** What has a follow-up due, over all tenants, by the instant it is due: the sweep's list. */
  due: { name: 'due', partition: 'dueKey', sort: 'dueAt', projection: 'ALL' },
} as const;

/** Epoch seconds after which DynamoDB may delete the item; readers also compare it, because TTL is late. */
export const TTL_ATTRIBUTE = 'expiresAt';
