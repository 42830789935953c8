import type { ApiKeys } from '../../core/applications/api-keys.ts';
import type { AuthenticationService } from '../../core/authentications/authentication-service.ts';
import type { AuthenticationStore } from '../../core/authentications/authentication-store.ts';
import type { DestinationService } from '../../core/destinations/destination-service.ts';
import type { DestinationStore } from '../../core/destinations/destination-store.ts';
import type { Clock } from '../../core/foundation/clock.ts';
import type { RunEventStore } from '../../core/run-events/run-event-store.ts';
import type { RunControl } from '../../core/runs/run-control.ts';
import type { RunStore } from '../../core/runs/run-store.ts';
import type { SourceService } from '../../core/sources/source-service.ts';
import type { SourceStore } from '../../core/sources/source-store.ts';
import type { RunTask } from '../../core/tasks/run-task.ts';
import type { TaskService } from '../../core/tasks/task-service.ts';
import type { TaskStore } from '../../core/tasks/task-store.ts';

/** What the operations work with. Stores read, list and delete; services create and change. */
export interface ApiDependencies {
  readonly apiKeys: ApiKeys;
  readonly clock: Clock;
  readonly authenticationStore: AuthenticationStore;
  readonly authentications: AuthenticationService;
  readonly sourceStore: SourceStore;
  readonly sources: SourceService;
  readonly destinationStore: DestinationStore;
  readonly destinations: DestinationService;
  readonly taskStore: TaskStore;
  readonly tasks: TaskService;
  readonly runTask: RunTask;
  readonly runStore: Pick<RunStore, 'get' | 'list'>;
  readonly runControl: RunControl;
  readonly runEventStore: RunEventStore;
}
