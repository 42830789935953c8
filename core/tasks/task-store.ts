import { goneSubjectMark } from '../alerts/gone-subject.ts';
import { ResourceStore, type StoreDependencies } from '../resources/resource-store.ts';
import { scheduleMarkChange } from '../triggers/schedule-marks.ts';
import { taskSchema, type Task } from './task.ts';

export type TaskStore = ResourceStore<Task>;

/** What the schedules of a task depend on; nothing when it has none. */
export function scheduleStateOf(task: Task | undefined): string | undefined {
  return task?.cron === undefined ? undefined : `${task.enabled ? 'on' : 'off'} ${task.cron}`;
}

export function createTaskStore(dependencies: StoreDependencies): TaskStore {
  const { tableName, clock } = dependencies;
  return new ResourceStore(dependencies, {
    kind: 'task',
    bodySchema: taskSchema,
    // What a hosted task names is at Algolia.
    referencesOf: ({ sourceID, destinationID, hosted }) =>
      hosted
        ? []
        : [
            { field: 'sourceID', kind: 'source', id: sourceID },
            { field: 'destinationID', kind: 'destination', id: destinationID },
          ],
    attributesOf: ({
      enabled,
      triggerType,
      action,
      sourceID,
      sourceType,
      destinationID,
      notifications,
      hosted,
    }) => ({
      enabled,
      triggerType,
      action,
      sourceID,
      sourceType,
      destinationID,
      ...(hosted ? { linkID: hosted.linkID } : {}),
      // Only what a task says of itself counts: one that says nothing matches neither true nor false.
      withEmailNotifications: notifications?.email.enabled ?? null,
    }),
    onDelete: (appID, subjectID) => goneSubjectMark(tableName, { appID, subjectID }, clock.now()),
    followed: {
      stateOf: scheduleStateOf,
      mark: (appID, taskID) => scheduleMarkChange(tableName, { appID, taskID }, clock.now()),
    },
  });
}
