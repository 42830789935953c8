import { isDeepStrictEqual } from 'node:util';
import type { Resource } from '../resources/resource.ts';
import { triggerTypeOf } from '../tasks/task-service.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import type { Task } from '../tasks/task.ts';
import type { HostedApi, HostedDestination, HostedSource, HostedTask } from './hosted-api.ts';
import { isLinked, type Link } from './link.ts';

const PAGE_SIZE = 100;
/** An application has some dozens of tasks; far more would leave no requests for runs. */
const MAX_PAGES = 20;

interface TaskCopying {
  readonly appID: string;
  readonly link: Resource<Link>;
  readonly hosted: HostedApi;
  readonly tasks: TaskStore;
}

/** All tasks at Algolia, also those that the link is not about: page by page, one request each. */
export async function readHostedTasks(hosted: HostedApi): Promise<HostedTask[]> {
  const found: HostedTask[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const { tasks, isLast } = await hosted.listTasks(page);
    found.push(...tasks);
    if (isLast) break;
  }
  return found;
}

/** Makes the copied tasks of a link what they are at Algolia. A schedule that was put on one here stays. */
export async function copyTasks(copying: TaskCopying, found: readonly HostedTask[]): Promise<void> {
  const { appID, link, tasks } = copying;
  const wanted = found.filter(({ taskID }) => isLinked(link.body, taskID));
  const copies = await listCopies(tasks, appID, link.id);
  const { sources, destinations } = await readSurroundings(copying, { wanted, copies });
  for (const task of wanted) {
    const source = sources.get(task.sourceID);
    if (source === undefined) continue;
    const destination = destinations.get(task.destinationID);
    const original = { id: task.taskID, createdAt: task.createdAt, updatedAt: task.updatedAt };
    await tasks.copy(appID, original, (current) => {
      // A task of our own, or of another link, stays as it is.
      if (current !== undefined && current.body.hosted?.linkID !== link.id) return undefined;
      const next = toTask(task, { linkID: link.id, source, destination, current: current?.body });
      return current?.updatedAt === task.updatedAt && isSame(current.body, next) ? undefined : next;
    });
  }
  const kept = new Set(wanted.map(({ taskID }) => taskID));
  for (const { id } of copies) {
    if (kept.has(id)) continue;
    // A list that changes while it is read can lack what is there.
    if (!isLinked(link.body, id) || !(await copying.hosted.hasTask(id))) await tasks.delete(appID, id);
  }
}

/** The tasks that were copied for a link. */
export async function listCopies(tasks: TaskStore, appID: string, linkID: string): Promise<Resource<Task>[]> {
  const copies: Resource<Task>[] = [];
  for (let page = 1; ; page += 1) {
    const { items, nbItems } = await tasks.list(appID, {
      filter: { linkID: [linkID] },
      sort: 'createdAt',
      order: 'asc',
      page,
      itemsPerPage: PAGE_SIZE,
    });
    copies.push(...items);
    if (page * PAGE_SIZE >= nbItems) return copies;
  }
}

/** What is asked of sources and destinations besides the tasks. */
interface Surroundings {
  readonly sources: ReadonlyMap<string, HostedSource>;
  readonly destinations: ReadonlyMap<string, HostedDestination>;
}

/** Only those not met before are asked for: a type never changes, and a name that was changed since does little harm. */
async function readSurroundings(
  { hosted }: TaskCopying,
  { wanted, copies }: { readonly wanted: readonly HostedTask[]; readonly copies: readonly Resource<Task>[] },
): Promise<Surroundings> {
  const sources = new Map<string, HostedSource>();
  const destinations = new Map<string, HostedDestination>();
  for (const { body } of copies) {
    const { sourceName, destinationName, indexName } = body.hosted ?? {};
    if (sourceName !== undefined) sources.set(body.sourceID, { type: body.sourceType, name: sourceName });
    if (destinationName !== undefined) {
      destinations.set(body.destinationID, { name: destinationName, indexName });
    }
  }
  await addUnknown(
    sources,
    wanted.map(({ sourceID }) => sourceID),
    (ids) => hosted.readSources(ids),
  );
  await addUnknown(
    destinations,
    wanted.map(({ destinationID }) => destinationID),
    (ids) => hosted.readDestinations(ids),
  );
  return { sources, destinations };
}

async function addUnknown<Item>(
  known: Map<string, Item>,
  wanted: readonly string[],
  read: (ids: readonly string[]) => Promise<ReadonlyMap<string, Item>>,
): Promise<void> {
  const unknown = [...new Set(wanted)].filter((id) => !known.has(id));
  for (let start = 0; start < unknown.length; start += PAGE_SIZE) {
    for (const [id, item] of await read(unknown.slice(start, start + PAGE_SIZE))) known.set(id, item);
  }
}

function toTask(
  task: HostedTask,
  about: {
    readonly linkID: string;
    readonly source: HostedSource;
    readonly destination: HostedDestination | undefined;
    readonly current: Task | undefined;
  },
): Task {
  const { cron, lastRun, nextRun, sourceID, destinationID, action, enabled, failureThreshold } = task;
  const { linkID, source, destination, current } = about;
  const sourceType = source.type;
  return {
    sourceID,
    destinationID,
    action,
    enabled,
    failureThreshold,
    subscriptionAction: task.subscriptionAction,
    cursor: task.cursor,
    input: task.input,
    notifications: task.notifications,
    policies: task.policies,
    sourceType,
    triggerType: triggerTypeOf({ ...task, sourceType }),
    ...(current?.cron === undefined ? {} : { cron: current.cron }),
    hosted: {
      linkID,
      cron,
      lastRun,
      nextRun,
      sourceName: source.name,
      // Known from now on, though nobody could name it.
      destinationName: destination?.name ?? '',
      indexName: destination?.indexName,
    },
  };
}

/** Compared as stored: as JSON. */
function isSame(current: Task, next: Task): boolean {
  return isDeepStrictEqual(current, JSON.parse(JSON.stringify(next)));
}
