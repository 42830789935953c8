import { ResourceStore, type StoreDependencies } from '../resources/resource-store.ts';
import { alertSchema, type Alert } from './alert.ts';
import { goneSubjectMark } from './gone-subject.ts';

export type AlertStore = ResourceStore<Alert>;

export function createAlertStore(dependencies: StoreDependencies): AlertStore {
  return new ResourceStore(dependencies, {
    kind: 'alert',
    bodySchema: alertSchema,
    // A task can go though an alert names it: the alert has one task fewer to look at.
    referencesOf: () => [],
    attributesOf: ({ name, enabled }) => ({ name, enabled }),
    onDelete: (appID, subjectID) =>
      goneSubjectMark(dependencies.tableName, { appID, subjectID }, dependencies.clock.now()),
  });
}
