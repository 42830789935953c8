import { UnavailableError, type ErrorOptions } from '../foundation/errors.ts';
import type { Task } from '../tasks/task.ts';
import type { RunEvent } from '../run-events/run-event.ts';
import type { Run } from '../runs/run.ts';

/** A task as Algolia shows it. */
export interface HostedTask extends Pick<
  Task,
  | 'sourceID'
  | 'destinationID'
  | 'action'
  | 'subscriptionAction'
  | 'enabled'
  | 'failureThreshold'
  | 'cursor'
  | 'input'
  | 'notifications'
  | 'policies'
> {
  readonly taskID: string;
  readonly cron?: string | undefined;
  readonly lastRun?: string | undefined;
  readonly nextRun?: string | undefined;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What is copied of a source. */
export interface HostedSource {
  readonly type: Task['sourceType'];
  readonly name: string;
}

/** What is copied of a destination. */
export interface HostedDestination {
  readonly name: string;
  /** Absent where it writes to no index of its own. */
  readonly indexName: string | undefined;
}

/** A run as Algolia shows it. */
export interface HostedRun extends Pick<
  Run,
  | 'runID'
  | 'taskID'
  | 'type'
  | 'status'
  | 'outcome'
  | 'reason'
  | 'reasonCode'
  | 'failureThreshold'
  | 'createdAt'
  | 'startedAt'
  | 'finishedAt'
> {
  readonly progress: { readonly expected: number; readonly received: number };
}

/** Where to go on reading a list that grows at its end: from this instant, on this page of what comes then. */
export interface Position {
  /** RFC 3339. */
  readonly from: string;
  readonly page: number;
}

/** A page in the order of time. */
export interface HostedPage<Item> {
  readonly items: readonly Item[];
  /** Where the next page is; absent after the last. */
  readonly next: Position | undefined;
  /** How many there are from the start of the page's window on. */
  readonly total: number;
}

/** The Ingestion API of one application at Algolia, with one key. Each call is one request. */
export interface HostedApi {
  listTasks(page: number): Promise<{ readonly tasks: readonly HostedTask[]; readonly isLast: boolean }>;
  hasTask(taskID: string): Promise<boolean>;
  /** Those of these sources that are there. */
  readSources(sourceIDs: readonly string[]): Promise<ReadonlyMap<string, HostedSource>>;
  /** Those of these destinations that are there. */
  readDestinations(destinationIDs: readonly string[]): Promise<ReadonlyMap<string, HostedDestination>>;
  /** Runs by creation, of one task or all. */
  listRuns(position: Position, taskID?: string): Promise<HostedPage<HostedRun>>;
  findRun(runID: string): Promise<HostedRun | undefined>;
  /** Events by publication; nothing when the run is gone. */
  listEvents(runID: string, position: Position): Promise<HostedPage<RunEvent> | undefined>;
  /** Starts a run: done once for a key where the other side honours it, and once per call where not. */
  startRun(taskID: string, idempotencyKey: string): Promise<{ readonly runID: string }>;
}

/** Opens the API of an application; `beforeRequest` is asked before each request and may throw to stop. */
export type OpenHostedApi = (access: HostedAccess) => HostedApi;

export interface HostedAccess {
  readonly applicationID: string;
  readonly region: 'eu' | 'us';
  readonly apiKey: { reveal(): string };
  readonly beforeRequest: () => void;
}

/** Algolia answered that it will not: the request was not carried out. */
export class HostedRefusedError extends UnavailableError {
  readonly status: number;

  constructor(status: number, message: string) {
    super('hosted.refused', message);
    this.status = status;
  }

  /** The key, or the application, is not known there or lacks a right. */
  get isOfKey(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

/** Algolia asked for patience: the request was not carried out. */
export class HostedThrottledError extends UnavailableError {
  readonly seconds: number;

  constructor(seconds: number) {
    super('hosted.throttled', `Algolia asked to wait for ${seconds} seconds.`);
    this.seconds = seconds;
  }
}

/** No usable answer came. `isUnsent`: the request has certainly not arrived. */
export class HostedUnreachableError extends UnavailableError {
  readonly isUnsent: boolean;

  constructor(message: string, options: ErrorOptions & { readonly isUnsent: boolean }) {
    super('hosted.unreachable', message, options);
    this.isUnsent = options.isUnsent;
  }
}
