import type { AuthenticationCreate, DestinationInput, SourceCreate, TaskCreate } from 'algoliasearch';

import { finishedRun, type OneMachine } from './one-machine.ts';

export interface ShopTask {
  readonly sourceID: string;
  readonly taskID: string;
  /** Runs all of it, to its end. */
  run(): ReturnType<typeof finishedRun>;
}

/** A task from a shop into an index of the machine's own search application. */
export async function createShopTask(
  machine: OneMachine,
  shop: {
    readonly authentication: AuthenticationCreate;
    readonly source: Pick<SourceCreate, 'type' | 'input'>;
    readonly destination: DestinationInput | { indexPrefix: string; recordType?: 'product' | 'variant' };
    readonly task?: Partial<TaskCreate>;
  },
): Promise<ShopTask> {
  const { ingestion } = machine;
  const { authenticationID } = await ingestion.createAuthentication(shop.authentication);
  const { sourceID } = await ingestion.createSource({ name: 'shop', authenticationID, ...shop.source });
  const taskID = await addShopTask(machine, { ...shop, sourceID });
  return {
    sourceID,
    taskID,
    run: async () => finishedRun(machine, (await ingestion.runTask({ taskID })).runID),
  };
}

/** One more task of the same shop. */
export async function addShopTask(
  { ingestion, connection }: OneMachine,
  {
    sourceID,
    destination,
    task = {},
  }: Pick<Parameters<typeof createShopTask>[1], 'destination' | 'task'> & { readonly sourceID: string },
): Promise<string> {
  const { appID, apiKey } = connection.search;
  const { authenticationID } = await ingestion.createAuthentication({
    type: 'algolia',
    name: 'search',
    input: { appID, apiKey },
  });
  const { destinationID } = await ingestion.createDestination({
    type: 'search',
    name: 'index',
    authenticationID,
    // The client's types no longer know `indexPrefix`.
    input: destination as DestinationInput,
  });
  const made = await ingestion.createTask({
    sourceID,
    destinationID,
    action: 'replace',
    subscriptionAction: 'save',
    ...task,
  });
  return made.taskID;
}
