import type { AnswerOnce } from '../../core/applications/answer-once.ts';
import type { ApiKeyService } from '../../core/applications/api-key-service.ts';
import type { ApiKeyStore } from '../../core/applications/api-key-store.ts';
import type { ApiKeyUses } from '../../core/applications/api-key-uses.ts';
import type { ApiKeys } from '../../core/applications/api-keys.ts';
import type { CountRequest } from '../../core/applications/rate-limiter.ts';
import type { AuthenticationService } from '../../core/authentications/authentication-service.ts';
import type { AuthenticationStore } from '../../core/authentications/authentication-store.ts';
import type { DestinationService } from '../../core/destinations/destination-service.ts';
import type { DestinationStore } from '../../core/destinations/destination-store.ts';
import type { Clock } from '../../core/foundation/clock.ts';
import type { AcceptPush } from '../../core/push/accept-push.ts';
import type { FindPushTask } from '../../core/push/find-push-task.ts';
import type { WatchPush } from '../../core/push/watch-push.ts';
import type { RunEventStore } from '../../core/run-events/run-event-store.ts';
import type { RunControl } from '../../core/runs/run-control.ts';
import type { RunStore } from '../../core/runs/run-store.ts';
import type { SourceService } from '../../core/sources/source-service.ts';
import type { SourceStore } from '../../core/sources/source-store.ts';
import type { ValidateSource } from '../../core/sources/validate-source.ts';
import type { RunTask } from '../../core/tasks/run-task.ts';
import type { TaskService } from '../../core/tasks/task-service.ts';
import type { TaskStore } from '../../core/tasks/task-store.ts';
import type { TransformationService } from '../../core/transformations/transformation-service.ts';
import type { TransformationStore } from '../../core/transformations/transformation-store.ts';
import type { TryTransformation } from '../../core/transformations/try-transformation.ts';

/** What the operations work with. Stores read, list and delete; services create and change. */
export interface ApiDependencies {
  readonly apiKeys: ApiKeys;
  readonly countRequest: CountRequest;
  readonly answerOnce: AnswerOnce;
  readonly keyStore: ApiKeyStore;
  readonly keyUses: Pick<ApiKeyUses, 'find'>;
  readonly keys: ApiKeyService;
  readonly clock: Clock;
  readonly authenticationStore: AuthenticationStore;
  readonly authentications: AuthenticationService;
  readonly sourceStore: SourceStore;
  readonly sources: SourceService;
  readonly destinationStore: DestinationStore;
  readonly destinations: DestinationService;
  readonly transformationStore: TransformationStore;
  readonly transformations: TransformationService;
  readonly tryTransformation: TryTransformation;
  readonly taskStore: TaskStore;
  readonly tasks: TaskService;
  readonly runTask: RunTask;
  readonly acceptPush: AcceptPush;
  readonly findPushTask: FindPushTask;
  readonly watchPush: WatchPush;
  /** Bytes of a push's body, decompressed. */
  readonly pushMaxBytes: number;
  readonly validateSource: ValidateSource;
  readonly runStore: Pick<RunStore, 'get' | 'list'>;
  readonly runControl: RunControl;
  readonly runEventStore: RunEventStore;
}
