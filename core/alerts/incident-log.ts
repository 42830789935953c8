import type { Clock } from '../foundation/clock.ts';
import { deriveID } from '../foundation/ids.ts';
import type { Resource } from '../resources/resource.ts';
import type { CauseState, CauseStates } from './cause-states.ts';
import { causeNameOf, type IncidentCause } from './causes.ts';
import type { Incident, IncidentFacts, RunFacts } from './incident.ts';
import type { IncidentStore } from './incident-store.ts';

/** What is about no task is about the deployment. */
const DEPLOYMENT = 'deployment';
/** Each new incident takes a few that are too old with it, so that they never pile up. */
const MAX_FORGOTTEN = 5;

/** What is or is not well. */
export interface Matter {
  readonly appID: string;
  readonly cause: IncidentCause;
  readonly taskID?: string;
  /** The only alert concerned, where that is one. */
  readonly alertID?: string;
  /** Sets apart several of one cause on one subject. */
  readonly part?: string;
}

interface Sighting {
  readonly key: string;
  readonly at: string;
}

/**
 * The incidents of all applications: one is open per task and cause. Everything here can be done again and changes
 * nothing; the transition that is to be told is answered each time, so that whoever tells it may die in between.
 */
export interface IncidentLog {
  /** It was seen; the incident is answered if people are to be told that it began. */
  occurred(
    matter: Matter,
    sighting: Sighting,
    gatherFacts: () => Promise<IncidentFacts>,
  ): Promise<Resource<Incident> | undefined>;
  /** It is well; the incident is answered if people are to be told that it is over. */
  recovered(
    matter: Matter,
    sighting: Sighting,
    end?: { readonly run?: RunFacts; readonly because?: string },
  ): Promise<Resource<Incident> | undefined>;
}

export function createIncidentLog(dependencies: {
  readonly states: CauseStates;
  readonly incidents: IncidentStore;
  readonly clock: Clock;
  readonly retentionDays: number;
}): IncidentLog {
  const { states, incidents } = dependencies;
  return {
    async occurred(matter, sighting, gatherFacts) {
      const { meaning, state } = await states.occur(causeKeyOf(matter), sighting);
      if (meaning !== 'opened' && meaning !== 'repeated') return undefined;
      const found = await incidents.find(matter.appID, state.incidentID);
      // Whoever opened it may have died before it was written.
      if (found === undefined) {
        const incident = toIncident(matter, state, await gatherFacts());
        const created = await incidents.create(matter.appID, state.incidentID, incident);
        await forgetOld(dependencies, matter.appID);
        return created;
      }
      if (meaning === 'opened') return found.body.status === 'open' ? found : undefined;
      await incidents.update(matter.appID, found.id, ({ body }) => ({
        ...body,
        occurrences: Math.max(body.occurrences, state.occurrences),
        lastOccurredAt: state.lastOccurredAt,
      }));
      return undefined;
    },
    async recovered(matter, sighting, { run, because } = {}) {
      const { meaning, state } = await states.recover(causeKeyOf(matter), sighting);
      if (meaning !== 'recovered' || state === undefined) return undefined;
      const found = await incidents.find(matter.appID, state.incidentID);
      if (found === undefined || found.body.status === 'recovered') return found;
      return incidents.update(matter.appID, found.id, ({ body }) => ({
        ...body,
        status: 'recovered',
        recoveredAt: state.recoveredAt,
        ...(run === undefined ? {} : { recoveredBy: run }),
        ...(because === undefined ? {} : { recoveredBecause: because }),
      }));
    },
  };
}

/** The subject whose causes a task's (or the deployment's) are. */
function subjectOf({ taskID, cause, alertID }: Pick<Matter, 'taskID' | 'cause' | 'alertID'>): string {
  if (cause === 'channelFailed') return alertID ?? DEPLOYMENT;
  return taskID ?? DEPLOYMENT;
}

function causeKeyOf(matter: Matter) {
  const { appID, cause, part } = matter;
  return { appID, subject: subjectOf(matter), name: causeNameOf(cause, part) };
}

function toIncident({ cause, taskID, alertID }: Matter, state: CauseState, facts: IncidentFacts): Incident {
  return {
    cause,
    status: 'open',
    ...(taskID === undefined ? {} : { taskID }),
    ...(alertID === undefined ? {} : { alertID }),
    facts,
    openedAt: state.openedAt,
    occurrences: state.occurrences,
    lastOccurredAt: state.lastOccurredAt,
  };
}

async function forgetOld(
  { incidents, clock, retentionDays }: Parameters<typeof createIncidentLog>[0],
  appID: string,
): Promise<void> {
  const oldest = new Date(clock.now().getTime() - retentionDays * 86_400_000).toISOString();
  const { items } = await incidents.list(appID, {
    filter: { status: ['recovered'] },
    sort: 'createdAt',
    order: 'asc',
    page: 1,
    itemsPerPage: MAX_FORGOTTEN,
  });
  for (const { id, createdAt } of items) if (createdAt < oldest) await incidents.delete(appID, id);
}

/** The ID under which a transition is known wherever it is told. */
export function transitionID({ id, body }: Resource<Incident>): string {
  return deriveID('transition', id, body.status);
}
