import { describe, expect, it } from 'vitest';
import { DEFAULT_ENGINE_SETTINGS } from '../../core/runs/engine.ts';
import { DEFAULT_RUN_POLICY } from '../../core/runs/run-policy.ts';
import type { HoldDecision, TaskAction } from '../../core/runs/run.ts';
import type { Fault } from './faults.ts';
import type { Scenario } from './scenario.ts';
import { namelessID, SimSource, type Row } from './sim-source.ts';
import type { Occurrence, SimTask } from './sim-task.ts';
import { simulate } from './simulate.ts';

/** A call fails before or after its effect, or its process dies there, or stands still, or the effect comes late. */
const FAULTS: readonly Fault[] = [
  'failBefore',
  'executeAndFail',
  'crashBefore',
  'crashAfter',
  'zombie',
  'lateApply',
];
const SEED = 1;
const TIMEOUT_MILLISECONDS = 300_000;
const TASK_ID = 'task0';

interface Story {
  readonly action: TaskAction;
  readonly kind?: 'trigger' | 'update';
  /** Whether the source can be asked for single records. */
  readonly isAskable?: boolean;
  readonly sets?: readonly string[];
  /** What a person says of the run that the gate holds, since so much is missing. */
  readonly decision?: HoldDecision;
  readonly isCancelled?: boolean;
}

const STORIES: [string, Story][] = [
  ['a replace run', { action: 'replace' }],
  ['a save run', { action: 'save' }],
  ['a partial run', { action: 'partial' }],
  ['a partialNoCreate run', { action: 'partialNoCreate' }],
  ['an append run', { action: 'append' }],
  ['an update whose source is asked for single records', { action: 'save', kind: 'update', isAskable: true }],
  ['an update whose source is read whole', { action: 'partial', kind: 'update' }],
  ['the runs of two record sets', { action: 'replace', sets: ['de', 'en'] }],
  ['the updates of two record sets', { action: 'save', kind: 'update', sets: ['de', 'en'] }],
  ['a run that is held and approved', { action: 'replace', decision: 'approve' }],
  ['a run that is held and discarded', { action: 'replace', decision: 'discard' }],
  ['a run that is cancelled', { action: 'replace', isCancelled: true }],
];

const ROWS: readonly Row[] = [
  { objectID: `${TASK_ID}-1` },
  { objectID: `${TASK_ID}-2` },
  { objectID: `${TASK_ID}-3`, isBroken: true },
  { objectID: namelessID(TASK_ID, 4), isNameless: true },
  { objectID: `${TASK_ID}-1` },
  { objectID: `${TASK_ID}-4`, isRefused: true },
  { objectID: `${TASK_ID}-5` },
];

function scenarioOf({ action, kind = 'trigger', isAskable = false, sets = [], ...more }: Story): Scenario {
  const sourceOf = () => new SimSource(ROWS, { taskID: TASK_ID, isAskable });
  const plain: SimTask = {
    taskID: TASK_ID,
    action,
    failureThreshold: 100,
    overlap: 'queue',
    indexName: 'index0',
    source: sourceOf(),
    policy: {
      ...DEFAULT_RUN_POLICY,
      maxDropPercent: more.decision === undefined ? 100 : 10,
      vanishedAttributesPercent: 100,
    },
    updates: new Map([['first', [`${TASK_ID}-1`, `${TASK_ID}-3`, `${TASK_ID}-6`, `${TASK_ID}-7`]]]),
    sets: new Map(),
  };
  const parts = sets.map((name) => ({ ...plain, indexName: `index0_${name}`, source: sourceOf() }));
  const task = { ...plain, sets: new Map(parts.map((part, index) => [sets[index] ?? '', part])) };
  const occurrences: Occurrence[] = [{ at: 0, kind, task, key: 'first' }];
  if (more.isCancelled === true) occurrences.push({ at: 400, kind: 'cancel', task, key: 'first' });
  const held = Array.from({ length: 12 }, (_, number) => `${TASK_ID}-${number}`);
  return {
    tasks: [task],
    occurrences,
    held: new Map([plain, ...parts].map(({ indexName }) => [indexName, held])),
    decides: 1,
    ...(more.decision === undefined ? {} : { decision: more.decision }),
    tuning: {
      batchSize: 2,
      readMilliseconds: 0,
      functionSeconds: 900,
      visibilitySeconds: 120,
      maxWorkers: 2,
      faultMinutes: 1,
      settings: {
        ...DEFAULT_ENGINE_SETTINGS,
        leaseSeconds: 10,
        checkpointBytes: 1,
        checkpointSeconds: 1,
        maxUncommittedBytes: 1,
      },
    },
  };
}

/** How its runs must end. */
function endsOf({ decision, isCancelled = false }: Story): RegExp {
  // A cancellation that is held up comes when all is decided.
  if (isCancelled) return /^(cancelled|ok)$/;
  return decision === 'discard' ? /^lacking_events$/ : /^ok$/;
}

describe(
  'at every call of the service, of a worker, the sweep or the API,',
  { timeout: TIMEOUT_MILLISECONDS },
  () => {
    it.each(STORIES)('%s comes to its end, whatever becomes of that call', async (_, story) => {
      const live = (fault: Fault, at: number) =>
        simulate(SEED, { scenario: scenarioOf(story), script: { fault, at } });
      for (const fault of FAULTS) {
        const calls = (await live(fault, 0)).possible.get(fault) ?? 0;
        expect(calls).toBeGreaterThan(10);
        for (let at = 1; at <= calls; at += 1) {
          const { violation, injected, runs } = await live(fault, at);
          expect(violation, `${fault} at call ${at} of ${calls}`).toBeUndefined();
          expect(injected.get(fault), `${fault} at call ${at} of ${calls}`).toBe(1);
          for (const { reasonCode } of runs)
            expect(reasonCode, `${fault} at call ${at} of ${calls}`).toMatch(endsOf(story));
          expect(runs).toHaveLength(Math.max(1, story.sets?.length ?? 0));
        }
      }
    });
  },
);
