import type { Clock } from '../foundation/clock.ts';
import type { DataKeys } from '../foundation/data-keys.ts';
import { invalidField } from '../foundation/validation.ts';
import type { Resource } from '../resources/resource.ts';
import type { AskPoller } from './link-queue.ts';
import { sealLinkKey } from './link-seal.ts';
import { freshLinkState, type LinkState, type LinkStates } from './link-states.ts';
import type { LinkStore } from './link-store.ts';
import type { Link, Region } from './link.ts';

/** How long the first message may take before the sweep sends one. */
const FIRST_MESSAGE_SECONDS = 60;
const POLL_MILLISECONDS = 200;
/** An application has a handful of others linked, so they are read at once to find one twice. */
const MAX_LINKS = 100;

interface NewLink {
  readonly applicationID: string;
  readonly region: Region;
  readonly apiKey: string;
  readonly taskIDs?: readonly string[] | undefined;
}

interface LinkChange {
  readonly apiKey?: string | undefined;
  /** Null: all tasks. */
  readonly taskIDs?: readonly string[] | null | undefined;
}

/** A link, and how far its copying is. */
export interface LinkWithState {
  readonly link: Resource<Link>;
  /** Absent while the poller has not seen the link as it is now. */
  readonly state: LinkState | undefined;
}

/** Makes, changes and removes links. Each waits a while for the poller to look, and says what it found. */
export interface LinkService {
  create(appID: string, linkID: string, request: NewLink): Promise<LinkWithState>;
  update(appID: string, linkID: string, change: LinkChange): Promise<LinkWithState>;
  /** The copied tasks go soon after; runs and events stay for their time. */
  delete(appID: string, linkID: string): Promise<Date>;
  describe(appID: string, links: readonly Resource<Link>[]): Promise<LinkWithState[]>;
}

interface LinkServiceDependencies {
  readonly store: LinkStore;
  readonly states: LinkStates;
  readonly askPoller: AskPoller;
  readonly dataKeys: DataKeys;
  readonly clock: Clock;
  readonly waitSeconds: number;
}

export function createLinkService(dependencies: LinkServiceDependencies): LinkService {
  const { store, states, dataKeys, clock, askPoller } = dependencies;
  return {
    async create(appID, linkID, { apiKey, taskIDs, ...target }) {
      await requireNew(store, appID, linkID, target.applicationID);
      const now = clock.now();
      // The state first: a link without one would never be looked at.
      await states.create(
        freshLinkState({ appID, linkID }, now, new Date(now.getTime() + FIRST_MESSAGE_SECONDS * 1000)),
      );
      const sealed = await sealLinkKey(dataKeys, { appID, linkID, version: 1 }, { target, apiKey });
      const link = await store.create(appID, linkID, {
        ...target,
        ...(taskIDs === undefined ? {} : { taskIDs: [...taskIDs] }),
        apiKey: sealed,
      });
      return awaitPoller(dependencies, appID, link);
    },
    async update(appID, linkID, { apiKey, taskIDs }) {
      const link = await store.update(appID, linkID, async ({ body }, version) => ({
        ...body,
        taskIDs: taskIDs === undefined ? body.taskIDs : taskIDs === null ? undefined : [...taskIDs],
        ...(apiKey === undefined
          ? {}
          : { apiKey: await sealLinkKey(dataKeys, { appID, linkID, version }, { target: body, apiKey }) }),
      }));
      return awaitPoller(dependencies, appID, link);
    },
    async delete(appID, linkID) {
      const deletedAt = await store.delete(appID, linkID);
      await askPoller({ version: 1, appID, linkID });
      return deletedAt;
    },
    async describe(appID, links) {
      const found = await states.findMany(
        appID,
        links.map(({ id }) => id),
      );
      return links.map((link) => ({
        link,
        state: found.find((state) => state.linkID === link.id && state.linkVersion === link.version),
      }));
    },
  };
}

/** Two links to one application would copy the same tasks. */
async function requireNew(
  store: LinkStore,
  appID: string,
  linkID: string,
  applicationID: string,
): Promise<void> {
  const request = { filter: {}, sort: 'createdAt', order: 'asc', page: 1, itemsPerPage: MAX_LINKS } as const;
  const { items } = await store.list(appID, request);
  const other = items.find((link) => link.body.applicationID === applicationID && link.id !== linkID);
  if (other) throw invalidField('applicationID', `the link ${other.id} is about this application already`);
  if (items.length >= MAX_LINKS)
    throw invalidField('applicationID', `there may be at most ${MAX_LINKS} links`);
}

/** Has the poller look at the link now, and waits for what it finds as long as a request may take. */
async function awaitPoller(
  dependencies: LinkServiceDependencies,
  appID: string,
  link: Resource<Link>,
): Promise<LinkWithState> {
  const { states, clock, waitSeconds, askPoller } = dependencies;
  await askPoller({ version: 1, appID, linkID: link.id });
  const deadline = clock.now().getTime() + waitSeconds * 1000;
  for (;;) {
    const state = await states.find(appID, link.id);
    if (state?.linkVersion === link.version) return { link, state };
    if (clock.now().getTime() >= deadline) return { link, state: undefined };
    await clock.sleep(POLL_MILLISECONDS);
  }
}
