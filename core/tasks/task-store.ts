import { ResourceStore, type StoreDependencies } from '../resources/resource-store.ts';
import { taskSchema, type Task } from './task.ts';

export type TaskStore = ResourceStore<Task>;

export function createTaskStore(dependencies: StoreDependencies): TaskStore {
  return new ResourceStore(dependencies, {
    kind: 'task',
    bodySchema: taskSchema,
    referencesOf: ({ sourceID, destinationID }) => [
      { field: 'sourceID', kind: 'source', id: sourceID },
      { field: 'destinationID', kind: 'destination', id: destinationID },
    ],
    attributesOf: ({ enabled, triggerType, action, sourceID, sourceType, destinationID, notifications }) => ({
      enabled,
      triggerType,
      action,
      sourceID,
      sourceType,
      destinationID,
      // Only what a task says of itself counts: one that says nothing matches neither true nor false.
      withEmailNotifications: notifications?.email.enabled ?? null,
    }),
  });
}
