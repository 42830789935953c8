import type { Clock } from '../foundation/clock.ts';
import type { Resource } from '../resources/resource.ts';
import type { Run } from '../runs/run.ts';
import type { RunStore } from '../runs/run-store.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import type { CauseState, CauseStates } from './cause-states.ts';
import { readCauseName, type IncidentCause } from './causes.ts';
import type { Deliver } from './deliver.ts';
import type { GatherFacts } from './gather-facts.ts';
import type { Incident } from './incident.ts';
import type { IncidentLog, Matter } from './incident-log.ts';
import { judgeRun, needsEarlierRuns } from './judge-run.ts';
import type { Tell } from './tell.ts';

/** Of so many runs before it one learns what is usual. */
const EARLIER_RUNS = 5;
/** Among those of other record sets. */
const MAX_LISTED = 100;
const EARLIER_DAYS = 30;

/** Opens, goes on with and ends the incidents that the end of a run is about, and tells whoever asked to hear of it. */
export type NoteRunEnd = (run: Run) => Promise<void>;

interface NoteDependencies {
  readonly states: CauseStates;
  readonly incidentLog: IncidentLog;
  readonly gatherFacts: GatherFacts;
  readonly tasks: TaskStore;
  readonly runStore: Pick<RunStore, 'list'>;
  readonly tell: Tell;
  readonly deliver: Deliver;
  readonly clock: Clock;
}

export function createNoteRunEnd(dependencies: NoteDependencies): NoteRunEnd {
  const { states, tasks, tell, deliver } = dependencies;
  return async (run) => {
    const { appID, taskID } = run;
    const [known, task] = await Promise.all([states.list(appID, taskID), tasks.find(appID, taskID)]);
    const judged = judgeRun(run, {
      task: task?.body,
      earlier: needsEarlierRuns(run) ? await listEarlier(dependencies, run) : [],
      states: known,
    });
    const transitions: Resource<Incident>[] = [];
    for (const cause of judged.occurs) {
      const opened = await occurred(dependencies, run, cause);
      if (opened !== undefined) transitions.push(opened);
    }
    for (const matter of toRecover(run, known, judged.recovers)) {
      const recovered = await recover(dependencies, run, matter);
      if (recovered !== undefined) transitions.push(recovered);
    }
    for (const transition of transitions) {
      const made = await tell(appID, transition);
      await Promise.all(made.map((delivery) => deliver(delivery)));
    }
  };
}

async function occurred({ incidentLog, gatherFacts }: NoteDependencies, run: Run, cause: IncidentCause) {
  const { appID, taskID, recordSet } = run;
  // Each set has an index of its own, which is well or not whatever the others are.
  const matter = { appID, cause, taskID, ...(recordSet ? { part: recordSet } : {}) };
  return incidentLog.occurred(matter, sightingOf(run), async () => {
    const [task, facts] = await Promise.all([
      gatherFacts.ofTask(appID, taskID, recordSet),
      gatherFacts.ofRun(run),
    ]);
    return { run: facts, ...(task === undefined ? {} : { task }) };
  });
}

async function recover({ incidentLog, gatherFacts }: NoteDependencies, run: Run, matter: Matter) {
  return incidentLog.recovered(matter, sightingOf(run), { run: await gatherFacts.ofRun(run) });
}

/** What is not well so far and this run ended; also what it has ended already, in case that was not told. */
function toRecover(run: Run, known: readonly CauseState[], causes: readonly IncidentCause[]): Matter[] {
  const { appID, taskID, runID } = run;
  return known.flatMap(({ name, isOpen, recoveredBy }) => {
    const { cause, part } = readCauseName(name);
    if (!causes.includes(cause) || !(isOpen || recoveredBy === runID)) return [];
    if (part !== undefined && cause !== 'noRunWithin' && part !== run.recordSet) return [];
    return [{ appID, taskID, cause, ...(part === undefined ? {} : { part }) }];
  });
}

function sightingOf(run: Run): { key: string; at: string } {
  return { key: run.runID, at: run.finishedAt ?? run.updatedAt };
}

async function listEarlier({ runStore, clock }: NoteDependencies, run: Run): Promise<Run[]> {
  const { runs } = await runStore.list(run.appID, {
    taskID: run.taskID,
    statuses: ['finished'],
    types: [run.type],
    startDate: new Date(clock.now().getTime() - EARLIER_DAYS * 86_400_000),
    endDate: clock.now(),
    sort: 'createdAt',
    order: 'desc',
    page: 1,
    itemsPerPage: run.recordSet ? MAX_LISTED : EARLIER_RUNS + 1,
  });
  return runs
    .filter(({ runID, recordSet }) => runID !== run.runID && recordSet === run.recordSet)
    .slice(0, EARLIER_RUNS);
}
