import { TABLE_INDEXES, TTL_ATTRIBUTE } from '../foundation/table.ts';
import type { TransactionItem } from '../foundation/transactions.ts';
import { countChanges, type Change } from '../lists/day-counts.ts';
import { DUE_PARTITION, runKey, runSchema } from './run-item.ts';
import type { Run } from './run.ts';

/** What lists of runs filter by besides time: its parts of an index lie in partitions of their own. */
export type RunKind = Pick<Run, 'status' | 'type'>;

export const RUN_KINDS: readonly RunKind[] = runSchema.shape.status.options.flatMap((status) =>
  runSchema.shape.type.options.map((type) => ({ status, type })),
);

export function runKind({ status, type }: RunKind): string {
  return `${status}.${type}`;
}

/** The counts of an application's runs; with a kind behind it, the partition of an index. */
export function applicationRuns(appID: string): string {
  return `${appID}#runs`;
}

/** The counts of a task's runs; with a kind behind it, the partition of an index. */
export function taskRuns(appID: string, taskID: string): string {
  return `${appID}#runs#${taskID}`;
}

/** The attributes that place a run in the indexes. Indexes hold keys only: they are written when one of these changes. */
export function runIndexAttributes(run: Run): Record<string, string> {
  const { byApplication, byTask, byApplicationUpdate, byTaskUpdate } = TABLE_INDEXES;
  const ofApplication = `${applicationRuns(run.appID)}#${runKind(run)}`;
  const ofTask = `${taskRuns(run.appID, run.taskID)}#${runKind(run)}`;
  const created = `${run.createdAt}#${run.runID}`;
  const updated = `${run.updatedAt}#${created}`;
  return {
    [byApplication.partition]: ofApplication,
    [byApplication.sort]: created,
    [byTask.partition]: ofTask,
    [byTask.sort]: created,
    [byApplicationUpdate.partition]: ofApplication,
    [byApplicationUpdate.sort]: updated,
    [byTaskUpdate.partition]: ofTask,
    [byTaskUpdate.sort]: updated,
  };
}

/** The two writes that count a run, or count it as another kind than before; none when its kind stays. */
export function runCountChanges(
  tableName: string,
  before: Run | undefined,
  after: Run,
  expiresAt: number,
): TransactionItem[] {
  const kind = runKind(after);
  if (before && runKind(before) === kind) return [];
  const changes: Change[] = [{ kind, at: after.createdAt, by: 1 }];
  if (before) changes.push({ kind: runKind(before), at: before.createdAt, by: -1 });
  return [applicationRuns(after.appID), taskRuns(after.appID, after.taskID)].flatMap((partition) =>
    countChanges(tableName, partition, changes, expiresAt),
  );
}

/** The whole item of a fresh run, index attributes included. */
export function toRunItem(run: Run, expiresAt: number): Record<string, unknown> {
  return {
    ...Object.fromEntries(Object.entries(run).filter(([, value]) => value !== undefined)),
    ...runKey(run.appID, run.runID),
    ...runIndexAttributes(run),
    ...(run.runMetadata === undefined ? {} : { runMetadata: JSON.stringify(run.runMetadata) }),
    ...(run.dueAt === undefined ? {} : { [TABLE_INDEXES.due.partition]: DUE_PARTITION }),
    [TTL_ATTRIBUTE]: expiresAt,
  };
}
