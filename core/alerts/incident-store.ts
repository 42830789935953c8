import { ResourceStore, type StoreDependencies } from '../resources/resource-store.ts';
import { incidentSchema, type Incident } from './incident.ts';

export type IncidentStore = ResourceStore<Incident>;

export function createIncidentStore(dependencies: StoreDependencies): IncidentStore {
  return new ResourceStore(dependencies, {
    kind: 'incident',
    bodySchema: incidentSchema,
    referencesOf: () => [],
    attributesOf: ({ cause, status, taskID }) => ({ cause, status, taskID: taskID ?? null }),
  });
}
