import { isEnded, type Run } from '../runs/run.ts';
import type { Task } from '../tasks/task.ts';
import type { CauseState } from './cause-states.ts';
import { FAILED_RUN_CAUSES, readCauseName, type IncidentCause } from './causes.ts';

/** What the end of a run says about its task. */
interface Judgement {
  readonly occurs: readonly IncidentCause[];
  readonly recovers: readonly IncidentCause[];
}

const NOTHING: Judgement = { occurs: [], recovers: [] };

/** Ends that say nothing of how well the task is. */
const SILENT: ReadonlySet<string> = new Set(['cancelled', 'blocking']);

/** That a run came to an end at all is the end of these. */
const OF_SILENCE: readonly IncidentCause[] = ['runStuck', 'scheduleMissed', 'noRunWithin'];

/** Of the last few runs before, so many must have had records for one without to stand out. */
const MIN_RUNS_WITH_RECORDS = 3;

/**
 * Which incidents of its task the end of a run begins or goes on with, and which it ends. `earlier` are the last few
 * runs before it that have ended; `states` says what is not well so far.
 */
export function judgeRun(
  run: Run,
  context: {
    readonly task: Task | undefined;
    readonly earlier: readonly Run[];
    readonly states: readonly CauseState[];
  },
): Judgement {
  if (!isEnded(run) || run.status === 'skipped' || !isAboutTask(run)) return NOTHING;
  if (run.reasonCode !== undefined && SILENT.has(run.reasonCode)) return { occurs: [], recovers: OF_SILENCE };
  if (run.outcome === 'failure') {
    const cause = toldCause(run, context.states) ?? causeOfFailure(run);
    const isBlocked = context.task?.blocked !== undefined && context.task.blocked.at === run.finishedAt;
    return { occurs: isBlocked ? [cause, 'taskBlocked'] : [cause], recovers: OF_SILENCE };
  }
  const lacksRecords = run.counts.received === 0 && usuallyHasRecords(context.earlier);
  return {
    occurs: lacksRecords ? ['noRecords'] : [],
    recovers: [
      ...OF_SILENCE,
      ...FAILED_RUN_CAUSES,
      'taskBlocked',
      ...(run.counts.received > 0 ? (['noRecords'] as const) : []),
      ...(run.trigger.kind === 'webhook' ? (['webhookSignatureFailures'] as const) : []),
    ],
  };
}

/** Whether one more look at earlier runs can change what is judged. */
export function needsEarlierRuns(run: Run): boolean {
  return run.outcome === 'success' && run.counts.received === 0 && isAboutTask(run);
}

function isAboutTask({ type }: Run): boolean {
  return type === 'reindex' || type === 'update' || type === 'push';
}

/** A run is told again when what it held was decided: what was said of it stays. */
function toldCause({ runID }: Run, states: readonly CauseState[]): IncidentCause | undefined {
  return [...FAILED_RUN_CAUSES, 'noRecords' as const].find((cause) =>
    states.some(
      ({ name, isOpen, lastKey }) => readCauseName(name).cause === cause && isOpen && lastKey === runID,
    ),
  );
}

function causeOfFailure({ reasonCode, held }: Run): IncidentCause {
  if (held !== undefined) return 'runHeld';
  if (reasonCode === 'too_many_errors') return 'thresholdBreached';
  return reasonCode === 'no_events' ? 'noRecords' : 'runFailed';
}

function usuallyHasRecords(earlier: readonly Run[]): boolean {
  const withRecords = earlier.filter(({ counts }) => counts.received > 0).length;
  return withRecords >= MIN_RUNS_WITH_RECORDS && withRecords * 2 > earlier.length;
}
