import type { Run } from '../runs/run.ts';
import type { Deliver } from './deliver.ts';
import type { GatherFacts } from './gather-facts.ts';
import type { Incident } from './incident.ts';
import type { IncidentLog, Matter } from './incident-log.ts';
import type { Resource } from '../resources/resource.ts';
import type { Tell } from './tell.ts';

interface Sighting {
  readonly key: string;
  readonly at: string;
}

/** What was seen by other ways than the end of a run; whoever is to hear of it is told at once. */
export interface Report {
  occurred(
    matter: Matter,
    sighting: Sighting,
    facts: { readonly detail: string; readonly run?: Run },
  ): Promise<void>;
  /** `because` says what made an end of it, where that is no run. */
  recovered(matter: Matter, sighting: Sighting, because?: string): Promise<void>;
}

export function createReport(dependencies: {
  readonly incidentLog: IncidentLog;
  readonly gatherFacts: GatherFacts;
  readonly tell: Tell;
  readonly deliver: Deliver;
}): Report {
  const { incidentLog, gatherFacts, tell, deliver } = dependencies;
  const tellAndDeliver = async (appID: string, incident: Resource<Incident> | undefined): Promise<void> => {
    if (incident === undefined) return;
    const made = await tell(appID, incident);
    await Promise.all(made.map((delivery) => deliver(delivery)));
  };
  return {
    async occurred(matter, sighting, { detail, run }) {
      const { appID, taskID } = matter;
      const opened = await incidentLog.occurred(matter, sighting, async () => {
        const task = taskID === undefined ? undefined : await gatherFacts.ofTask(appID, taskID);
        return {
          detail,
          ...(task === undefined ? {} : { task }),
          ...(run === undefined ? {} : { run: await gatherFacts.ofRun(run) }),
        };
      });
      await tellAndDeliver(appID, opened);
    },
    async recovered(matter, sighting, because) {
      const end = because === undefined ? {} : { because };
      await tellAndDeliver(matter.appID, await incidentLog.recovered(matter, sighting, end));
    },
  };
}
