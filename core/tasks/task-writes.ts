import type { Resource } from '../resources/resource.ts';
import { scheduleStateOf, type TaskStore } from './task-store.ts';
import type { Task } from './task.ts';

/** Makes the schedules of a task as it says, now or later. */
export type TrySyncSchedules = (task: { readonly appID: string; readonly taskID: string }) => Promise<void>;

/** Writes tasks, and sees to the schedules of those whose schedule it changed. */
export interface TaskWrites {
  create(appID: string, id: string, body: Task): Promise<Resource<Task>>;
  update(
    appID: string,
    taskID: string,
    change: (task: Task) => Task | Promise<Task>,
  ): Promise<Resource<Task>>;
  /** When it was deleted. */
  delete(appID: string, task: Resource<Task>): Promise<Date>;
}

export function createTaskWrites(dependencies: {
  readonly store: TaskStore;
  readonly trySyncSchedules: TrySyncSchedules;
}): TaskWrites {
  const { store, trySyncSchedules } = dependencies;
  const follow = async (appID: string, taskID: string, before?: Task, after?: Task) => {
    if (scheduleStateOf(before) !== scheduleStateOf(after)) await trySyncSchedules({ appID, taskID });
  };
  return {
    async create(appID, id, body) {
      const task = await store.create(appID, id, body);
      await follow(appID, id, undefined, task.body);
      return task;
    },
    async update(appID, taskID, change) {
      let before: Task | undefined;
      const task = await store.update(appID, taskID, ({ body }) => change((before = body)));
      await follow(appID, taskID, before, task.body);
      return task;
    },
    async delete(appID, { id, body }) {
      const deletedAt = await store.delete(appID, id);
      await follow(appID, id, body);
      return deletedAt;
    },
  };
}
