import type { DestinationStore } from '../destinations/destination-store.ts';
import { indexNameOf } from '../destinations/destination.ts';
import { InvalidInputError } from '../foundation/errors.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { readUser, usesPartition } from '../resources/resource-items.ts';
import { readPartition } from '../resources/resource-reads.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import type { IndexDestinations } from './index-destinations.ts';

/** What one lookup reads at most, however many resources there are. */
const MAX_DESTINATIONS = 200;
const MAX_TASKS_PER_DESTINATION = 200;

/** The id of the one push task whose destination is this index; none or several are an `InvalidInputError`. */
export type FindPushTask = (appID: string, indexName: string) => Promise<string>;

export function createFindPushTask(dependencies: {
  readonly table: TableAccess;
  readonly indexDestinations: IndexDestinations;
  readonly destinations: DestinationStore;
  readonly tasks: TaskStore;
}): FindPushTask {
  const { table, indexDestinations, destinations, tasks } = dependencies;
  return async (appID, indexName) => {
    const noted = await indexDestinations.list(appID, indexName, MAX_DESTINATIONS);
    const targeting = (await destinations.findMany(appID, noted)).filter(
      // Events are about an index and do not write it: their task is named by its ID.
      ({ body }) => body.type === 'search' && indexNameOf(body, 'push') === indexName,
    );
    const users = await Promise.all(
      targeting.map(({ id }) =>
        readPartition(table, usesPartition(appID, { kind: 'destination', id }), MAX_TASKS_PER_DESTINATION),
      ),
    );
    const taskIDs = users.flatMap((items) => items.map((item) => readUser(item).id));
    const found = (await tasks.findMany(appID, taskIDs)).filter(({ body }) => body.sourceType === 'push');
    const [only, another] = found;
    if (only === undefined) throw noTask(indexName);
    if (another !== undefined) {
      throw severalTasks(
        indexName,
        found.map(({ id }) => id),
      );
    }
    return only.id;
  };
}

function noTask(indexName: string): InvalidInputError {
  return new InvalidInputError(
    'push.no_task',
    `no task found for the Push connector with indexName ${indexName}: create a source of type push and a task from ` +
      'it to a destination of this index, or name the index of such a task as referenceIndexName',
  );
}

/** Clients look for the words "multiple tasks". */
function severalTasks(indexName: string, taskIDs: readonly string[]): InvalidInputError {
  return new InvalidInputError(
    'push.several_tasks',
    `multiple tasks (${taskIDs.join(', ')}) found for the Push connector with indexName ${indexName}, please use /2/tasks/:id/push instead`,
    { details: taskIDs.map((id) => ({ id, type: 'task' })) },
  );
}
