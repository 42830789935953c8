import type { Clock } from '../foundation/clock.ts';
import type { DataKeys } from '../foundation/data-keys.ts';
import type { Resource } from '../resources/resource.ts';
import type { TaskAction } from '../runs/run.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import { copyRuns } from './copy-runs.ts';
import { copyTasks, listCopies, readHostedTasks } from './copy-tasks.ts';
import type { HostedApi, HostedTask, OpenHostedApi } from './hosted-api.ts';
import type { HostedRunEvents } from './hosted-run-events.ts';
import type { HostedRuns, RunOrigin } from './hosted-runs.ts';
import { judgeFailure, judgeRegion, type Judgement } from './judge-link.ts';
import { openLinkKey } from './link-seal.ts';
import { freshLinkState, type LinkState, type LinkStates } from './link-states.ts';
import type { LinkStore } from './link-store.ts';
import { isLinked, otherRegion, type Link, type Region } from './link.ts';
import { createSliceBudget } from './slice-budget.ts';
import { takeLooks } from './take-looks.ts';

/** A little less than the sweep's minute, so that each sweep finds what the one before it has done. */
const EVERY_SECONDS = 50;
/** Longer than any slice: who holds a link for longer has died. */
const HOLD_SECONDS = 120;

export interface PollDependencies {
  readonly links: LinkStore;
  readonly states: LinkStates;
  readonly tasks: TaskStore;
  readonly runs: HostedRuns;
  readonly events: HostedRunEvents;
  readonly dataKeys: DataKeys;
  readonly openHostedApi: OpenHostedApi;
  readonly clock: Clock;
}

/** Copies what a link is about, for one slice, if that is due. Failures of the other side end in the link's state. */
export type PollLink = (
  reference: { readonly appID: string; readonly linkID: string },
  invocation: { remainingMilliseconds(): number },
) => Promise<void>;

export function createPollLink(dependencies: PollDependencies): PollLink {
  const { links, states, clock } = dependencies;
  return async ({ appID, linkID }, invocation) => {
    const state = await states.find(appID, linkID);
    if (state === undefined) return;
    const link = await links.find(appID, linkID);
    const now = clock.now();
    // A link that was just made is stored after its state.
    const isChanged = link === undefined ? state.linkVersion > 0 : link.version !== state.linkVersion;
    if (!isChanged && Date.parse(state.dueAt) > now.getTime()) return;
    const held = await states.hold(state, HOLD_SECONDS);
    if (held === undefined) return;
    if (link === undefined) return forget(dependencies, appID, linkID);
    const begun = isChanged
      ? { ...freshLinkState({ appID, linkID }, now, now), linkVersion: link.version }
      : state;
    const dueAt = new Date(now.getTime() + EVERY_SECONDS * 1000).toISOString();
    const slice = new Slice(dependencies, { appID, link }, { ...begun, dueAt }, held.save);
    await held.release(await slice.work(invocation.remainingMilliseconds()));
  };
}

/** The link was deleted: its tasks go. Runs and events stay for their time. */
async function forget({ tasks, states }: PollDependencies, appID: string, linkID: string): Promise<void> {
  for (const { id } of await listCopies(tasks, appID, linkID)) await tasks.delete(appID, id);
  await states.remove(appID, linkID);
}

/** One slice of copying, and what it reached. */
class Slice {
  readonly #dependencies: PollDependencies;
  readonly #appID: string;
  readonly #link: Resource<Link>;
  readonly #save: (state: LinkState) => Promise<void>;
  #state: LinkState;

  constructor(
    dependencies: PollDependencies,
    { appID, link }: { readonly appID: string; readonly link: Resource<Link> },
    state: LinkState,
    save: (state: LinkState) => Promise<void>,
  ) {
    this.#dependencies = dependencies;
    this.#appID = appID;
    this.#link = link;
    this.#state = state;
    this.#save = save;
  }

  /** The state in which the slice leaves the link. */
  async work(remainingMilliseconds: number): Promise<LinkState> {
    const { clock, openHostedApi, dataKeys } = this.#dependencies;
    const { applicationID, region } = this.#link.body;
    const budget = createSliceBudget(clock, remainingMilliseconds);
    const open = async (where: Region) => {
      const apiKey = await openLinkKey(dataKeys, this.#appID, this.#link);
      return openHostedApi({ applicationID, region: where, apiKey, beforeRequest: budget.take });
    };
    const openOther = () => open(otherRegion(region));
    try {
      const hosted = await open(region);
      const found = await readHostedTasks(hosted);
      const isKnown = this.#state.status === 'active';
      const hasTasks = found.length > 0;
      this.#judged(await judgeRegion(this.#link.body, { hasTasks, isKnown }, openOther));
      if (this.#state.status === 'wrongRegion') return this.#state;
      const { tasks } = this.#dependencies;
      await copyTasks({ appID: this.#appID, link: this.#link, hosted, tasks }, found);
      // Whoever made the link waits for this; what follows takes longer.
      if (!isKnown) await this.#save(this.#state);
      await this.#copyHistory(hosted, found);
    } catch (error) {
      this.#judged(await judgeFailure(error, this.#link.body, openOther));
    }
    return this.#state;
  }

  async #copyHistory(hosted: HostedApi, found: readonly HostedTask[]): Promise<void> {
    const { runs, events, clock } = this.#dependencies;
    const origin: RunOrigin = {
      appID: this.#appID,
      linkID: this.#link.id,
      applicationID: this.#link.body.applicationID,
      linkedAt: this.#link.createdAt,
    };
    const actions = new Map(found.map(({ taskID, action }) => [taskID, action]));
    const actionOf = (taskID: string): TaskAction => actions.get(taskID) ?? 'replace';
    const isWanted = (taskID: string) => isLinked(this.#link.body, taskID);
    await copyRuns({ origin, hosted, runs, clock, isWanted, actionOf }, this.#state, (progress) => {
      this.#state = { ...this.#state, ...progress };
    });
    await takeLooks({ origin, hosted, runs, events, clock, actionOf });
  }

  #judged(judgement: Judgement | undefined): LinkState {
    const now = this.#dependencies.clock.now();
    const { waitSeconds, ...about } = judgement ?? {};
    this.#state = {
      ...this.#state,
      ...about,
      checkedAt: now.toISOString(),
      ...(waitSeconds === undefined
        ? {}
        : { dueAt: new Date(now.getTime() + waitSeconds * 1000).toISOString() }),
    };
    return this.#state;
  }
}
