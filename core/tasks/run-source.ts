import type { Destination } from '../destinations/destination.ts';
import type { DestinationStore } from '../destinations/destination-store.ts';
import type { Clock } from '../foundation/clock.ts';
import { InvalidInputError } from '../foundation/errors.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { putRunEntities, type EntityType } from '../runs/run-entities.ts';
import type { Run } from '../runs/run.ts';
import type { Resource } from '../resources/resource.ts';
import { hasEntities } from '../sources/source-types.ts';
import type { Source } from '../sources/source.ts';
import type { SourceStore } from '../sources/source-store.ts';
import { fitsEntities } from './entity-fit.ts';
import { requireRunnable } from './require-runnable.ts';
import type { RunTask } from './run-task.ts';
import type { TaskStore } from './task-store.ts';
import type { Task } from './task.ts';

const PAGE_SIZE = 100;
const KEEP_SECONDS = 30 * 24 * 60 * 60;

interface RunSourceRequest {
  readonly appID: string;
  readonly sourceID: string;
  /** Of each run; the same again answers with the same runs. */
  readonly trigger: Run['trigger'];
  /** Names of indices: only tasks that write one of them. */
  readonly indexToInclude?: readonly string[] | undefined;
  /** Names of indices: no task that writes one of them. */
  readonly indexToExclude?: readonly string[] | undefined;
  /** What to fetch; all there is without it. */
  readonly entityIDs?: readonly string[] | undefined;
  /** What these are the ids of: products unless said. */
  readonly entityType?: EntityType | undefined;
  readonly runMetadata?: Readonly<Record<string, unknown>> | undefined;
}

/** Starts a run of each task of a shop that is enabled and asked for, in the order of their creation. */
export type RunSource = (request: RunSourceRequest) => Promise<ReadonlyMap<string, Run>>;

interface RunSourceDependencies {
  readonly table: TableAccess;
  readonly tasks: TaskStore;
  readonly sources: SourceStore;
  readonly destinations: DestinationStore;
  readonly runTask: RunTask;
  readonly clock: Clock;
}

/** A task with the destination that it writes. */
interface TaskPair {
  readonly task: Resource<Task>;
  readonly destination: Destination;
}

export function createRunSource(dependencies: RunSourceDependencies): RunSource {
  return async (request) => {
    const { body: source } = await dependencies.sources.get(request.appID, request.sourceID);
    requireShop(source);
    const chosen = choose(await readTasks(dependencies, request), request);
    // Before any is started: an answer is of all tasks or of none.
    for (const { task, destination } of chosen) requireRunnable({ task: task.body, source, destination });
    const runs = new Map<string, Run>();
    for (const { task } of chosen) runs.set(task.id, await startOne(dependencies, request, task.id));
    return runs;
  };
}

function requireShop({ type }: Source): void {
  if (hasEntities(type)) return;
  throw new InvalidInputError(
    'source.run_unsupported',
    'Only sources of type bigcommerce, commercetools and shopify can be run by themselves; ' +
      `run the tasks of a source of type ${type} instead.`,
  );
}

async function readTasks(
  { tasks, destinations }: RunSourceDependencies,
  { appID, sourceID }: RunSourceRequest,
): Promise<TaskPair[]> {
  const found: Resource<Task>[] = [];
  for (let page = 1; ; page += 1) {
    const { items, nbItems } = await tasks.list(appID, {
      page,
      itemsPerPage: PAGE_SIZE,
      sort: 'createdAt',
      order: 'asc',
      filter: { sourceID: [sourceID] },
    });
    found.push(...items);
    if (items.length === 0 || found.length >= nbItems) break;
  }
  const written = await destinations.findMany(
    appID,
    found.map(({ body }) => body.destinationID),
  );
  const byID = new Map(written.map(({ id, body }) => [id, body]));
  return found.flatMap((task) => {
    const destination = byID.get(task.body.destinationID);
    return destination === undefined ? [] : [{ task, destination }];
  });
}

/** The tasks to run; a refusal says why there is none. */
function choose(all: readonly TaskPair[], request: RunSourceRequest): readonly TaskPair[] {
  const { sourceID, indexToInclude, indexToExclude = [], entityIDs, entityType } = request;
  const named = all.filter(
    ({ destination }) =>
      (indexToInclude?.some((name) => writes(destination, name)) ?? true) &&
      !indexToExclude.some((name) => writes(destination, name)),
  );
  const fitting =
    entityIDs === undefined
      ? named
      : named.filter(({ destination }) => fitsEntities(destination, entityType));
  const enabled = fitting.filter(({ task }) => task.body.enabled);
  if (enabled.length > 0) return enabled;
  throw nothingToRun(sourceID, { all, named, fitting });
}

/** A destination with a prefix has an index for each record set: it is named by the prefix, or by any of them. */
function writes({ input }: Destination, name: string): boolean {
  const { indexName, indexPrefix } = input;
  if (indexPrefix === undefined) return indexName === name;
  return name === indexPrefix || name.startsWith(`${indexPrefix}_`);
}

function nothingToRun(
  sourceID: string,
  { all, named, fitting }: Record<'all' | 'named' | 'fitting', readonly TaskPair[]>,
): InvalidInputError {
  const [first] = fitting;
  const blocked = first?.task.body.blocked;
  const why =
    first !== undefined
      ? `those of its tasks that were asked for are disabled, task ${first.task.id} for one` +
        (blocked === undefined ? '' : `, because ${blocked.reason}`)
      : named.length > 0
        ? 'the entities are of a type that none of its tasks indexes; see the recordType of their destinations'
        : all.length > 0
          ? 'none of its tasks writes an index that was asked for; see indexToInclude and indexToExclude'
          : 'it has no task';
  return new InvalidInputError('source.no_task', `Nothing of the source ${sourceID} can be run: ${why}.`);
}

async function startOne(
  { runTask, table, clock }: RunSourceDependencies,
  { appID, trigger, runMetadata, entityIDs, entityType }: RunSourceRequest,
  taskID: string,
): Promise<Run> {
  const request = { appID, taskID, trigger, runMetadata };
  if (entityIDs === undefined) return runTask(request);
  const expiresAt = Math.floor(clock.now().getTime() / 1000) + KEEP_SECONDS;
  const entities = { entityIDs: [...new Set(entityIDs)], entityType, hints: [], expiresAt };
  return runTask({
    ...request,
    type: 'update',
    entityType,
    also: (run) => [putRunEntities(table.tableName, run, entities)],
  });
}
