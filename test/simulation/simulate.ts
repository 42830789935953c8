import { deriveID } from '../../core/foundation/ids.ts';
import { isEnded, type Run } from '../../core/runs/run.ts';
import { Chance } from './chance.ts';
import { Faults, type Fault, type FaultScript } from './faults.ts';
import { checkEnd } from './final-check.ts';
import { History } from './history.ts';
import { drawScenario, type Scenario } from './scenario.ts';
import { partsOf, type Occurrence } from './sim-task.ts';
import type { Surroundings } from './sim-process.ts';
import { Timeline } from './timeline.ts';
import type { Api } from './sim-api.ts';
import { World } from './world.ts';

const START = Date.parse('2026-03-01T10:00:00.000Z');
const MINUTE = 60_000;
/**
 * After the faults have stopped everything must come to its end within so long. Most takes minutes; a decision about a held
 * index that cannot be carried out is looked at again after an hour.
 */
const CONVERGENCE_MINUTES = 90;

export interface SimulationResult {
  readonly seed: number;
  /** Of everything that happened: the same seed gives the same. */
  readonly hash: string;
  readonly violation: string | undefined;
  readonly injected: ReadonlyMap<Fault, number>;
  /** Of a scripted life: how many calls each fault could have befallen. */
  readonly possible: ReadonlyMap<Fault, number>;
  readonly mix: string;
  readonly runs: readonly Run[];
  readonly virtualMinutes: number;
}

export interface SimulationOptions {
  readonly print?: (line: string) => void;
  /** Without updates, record sets and records without an id, as seeds were lived before there were any. */
  readonly isPlain?: boolean;
  /** What fails, and how, instead of what the seed draws. */
  readonly script?: FaultScript;
  /** What is to happen, instead of what the seed draws. */
  readonly scenario?: Scenario;
}

/** One life of the service, all of it from one seed. */
export async function simulate(seed: number, options: SimulationOptions = {}): Promise<SimulationResult> {
  const { print, isPlain = false } = options;
  const chance = new Chance(seed);
  const timeline = new Timeline(START);
  const history = new History(timeline, print);
  const faults = new Faults(chance, options.script);
  const scenario = options.scenario ?? drawScenario(chance, isPlain ? undefined : new Chance(~seed));
  const { leaseSeconds } = scenario.tuning.settings;
  const around: Surroundings = { timeline, chance, faults, history, leaseSeconds };
  print?.(`faults: ${faults.describe()}\n${describe(scenario)}`);
  const { random } = Math;
  Math.random = () => chance.next();
  try {
    const world = new World(around, scenario);
    await live(around, scenario, world);
    if (history.violation === undefined) checkEnd(world, scenario, history);
    return {
      seed,
      hash: history.hash,
      violation: history.violation?.message,
      injected: faults.injected,
      possible: faults.possible,
      mix: faults.describe(),
      runs: [...world.tableWatch.runs.values()],
      virtualMinutes: (timeline.now - START) / MINUTE,
    };
  } finally {
    Math.random = random;
  }
}

async function live({ timeline, faults, history, chance }: Surroundings, scenario: Scenario, world: World) {
  const { occurrences, tuning, decides } = scenario;
  for (const occurrence of occurrences)
    timeline.at(START + occurrence.at, () => bring(world, history, occurrence));
  world.tableWatch.onRun = (run, before) => {
    if (run.held === undefined || before?.held !== undefined || !chance.is(decides)) return;
    const decision = scenario.decision ?? chance.pick(['approve', 'discard'] as const);
    timeline.in(chance.whole(1, 4 * MINUTE), () => {
      void world.ask(`${decision} ${run.runID}`, (api) => api.decide(run.runID, decision));
    });
  };
  world.sweep();
  const heal = START + tuning.faultMinutes * MINUTE;
  timeline.at(heal, () => {
    faults.isActive = false;
    history.note('all', 'the faults stop');
  });
  const end = heal + CONVERGENCE_MINUTES * MINUTE;
  await timeline.run(() => {
    if (history.violation !== undefined) return true;
    if (timeline.now > end) {
      history.violate(
        `I23 not at its end ${CONVERGENCE_MINUTES} minutes after the faults: ${leftOver(world)}`,
      );
    }
    return timeline.now > heal && leftOver(world) === '';
  });
}

function bring(world: World, history: History, occurrence: Occurrence): void {
  const { kind, task } = occurrence;
  if (kind === 'change') {
    task.source.change(occurrence.rows, START + occurrence.at);
    history.note(task.taskID, `is version ${task.source.version}: ${JSON.stringify(occurrence.rows)}`);
  } else {
    const { key } = occurrence;
    const ask = {
      trigger: (api: Api) => api.start(task, key),
      update: (api: Api) => api.update(task, key),
      cancel: (api: Api) => api.cancel(deriveID(task.taskID, 'api', key)),
    };
    void world.ask(`${kind} ${task.taskID} ${key}`, ask[kind]);
  }
}

/** What has not come to its end. */
function leftOver(world: World): string {
  if (world.asking > 0) return 'somebody waits for an answer';
  if (world.queue.waiting > 0) return `${world.queue.waiting} messages`;
  for (const run of world.tableWatch.runs.values()) {
    if (!isEnded(run) || run.dueAt !== undefined)
      return `the run ${run.runID}, ${run.status}, due ${run.dueAt}`;
  }
  for (const indexName of world.search.indexes.keys())
    if (world.isHeld(indexName)) return `the lease of ${indexName}`;
  return '';
}

function describe({ tasks, tuning, occurrences }: Scenario): string {
  const { settings, ...rest } = tuning;
  return [
    JSON.stringify({
      ...rest,
      leaseSeconds: settings.leaseSeconds,
      checkpointBytes: settings.checkpointBytes,
    }),
    ...tasks.flatMap(partsOf).map(({ source, updates, sets, ...task }) => {
      const more = { updates: Object.fromEntries(updates), sets: [...sets.keys()], rows: source.rows(1) };
      return JSON.stringify({ ...task, ...more });
    }),
    `${occurrences.length} occurrences`,
  ].join('\n');
}
