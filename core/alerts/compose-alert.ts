import type { Resource } from '../resources/resource.ts';
import { number, percent } from '../runs/amounts.ts';
import { INDEX_UNTOUCHED } from '../runs/decide-settlement.ts';
import type { IncidentCause } from './causes.ts';
import { cleanText } from './clean-text.ts';
import type { Incident, RunFacts, TaskFacts } from './incident.ts';

/** What people are told, before it takes the shape of a channel. Everything that users typed is clean in it. */
export interface AlertText {
  readonly title: string;
  /** What happened, the numbers, what state the index is in: a sentence or two each. */
  readonly sentences: readonly string[];
  /** Why the first records failed. */
  readonly reasons: readonly string[];
  readonly advice?: string;
  readonly links: readonly { readonly label: string; readonly url: string }[];
}

const MAX_DIGEST_ENTRIES = 20;

interface Place {
  /** Where the API answers, without a slash at its end. */
  readonly apiURL: string;
}

/** Tells that an incident began, or that it is over. */
export function composeIncident(incident: Resource<Incident>, place: Place): AlertText {
  return incident.body.status === 'open' ? composeOpened(incident, place) : composeRecovered(incident, place);
}

/** Tells of many transitions of one minute at once. */
export function composeDigest(
  incidents: readonly Resource<Incident>[],
  total: number,
  { apiURL }: Place,
): AlertText {
  const named = incidents.slice(0, MAX_DIGEST_ENTRIES).map(({ body }) => titleOf(body));
  return {
    title: `${number(total)} more incidents within a minute`,
    sentences: [
      `So much happened at once that ${number(total)} incidents are told in this one message.`,
      ...(total > named.length ? [`The first ${named.length} of them are:`] : ['They are:']),
    ],
    reasons: named,
    advice: 'When many tasks fail together, look first at what they share: a source, a destination, a key.',
    links: [{ label: 'All incidents', url: `${apiURL}/ext/1/incidents` }],
  };
}

/** Tells that an alert's channel works. */
export function composeTest(alertName: string): AlertText {
  return {
    title: `Test of the alert ${cleanText(alertName)}`,
    sentences: ['Somebody asked for this message to see that it arrives. Nothing is wrong.'],
    reasons: [],
    links: [],
  };
}

function composeOpened({ id, body }: Resource<Incident>, { apiURL }: Place): AlertText {
  const { task, run } = body.facts;
  return {
    title: titleOf(body),
    sentences: [...happened(body), ...(run && task ? indexState(task, run) : [])],
    reasons: (run?.reasons ?? []).map(cleanText),
    advice: ADVICE[body.cause],
    links: linksOf(apiURL, id, { taskID: body.taskID, run }),
  };
}

function composeRecovered({ id, body }: Resource<Incident>, { apiURL }: Place): AlertText {
  const { recoveredBy, recoveredBecause, occurrences, openedAt } = body;
  const times = occurrences === 1 ? 'once' : `${number(occurrences)} times`;
  return {
    title: titleOf(body),
    sentences: [
      recoveredBy === undefined
        ? (recoveredBecause ?? 'What was wrong is well again.')
        : `A run has ended${recoveredBy.reasonCode === 'ok' ? ' well' : ''} again: ${cleanText(recoveredBy.reason ?? 'see the run.')}`,
      `It was seen ${times}, first at ${readable(openedAt)}.`,
    ],
    reasons: [],
    links: linksOf(apiURL, id, { taskID: body.taskID, run: recoveredBy }),
  };
}

function titleOf({ cause, status, facts }: Incident): string {
  const title = `${TITLES[cause]}${facts.task === undefined ? '' : `: ${nameOf(facts.task)}`}`;
  return status === 'open' ? title : `Recovered – ${title}`;
}

function nameOf({ sourceName, destinationName }: TaskFacts): string {
  return `${cleanText(sourceName)} → ${cleanText(destinationName)}`;
}

const TITLES: Readonly<Record<IncidentCause, string>> = {
  thresholdBreached: 'Too many records failed',
  runFailed: 'A run failed',
  runHeld: 'A run waits for your decision',
  taskBlocked: 'A task was turned off',
  runStuck: 'A run makes no progress',
  scheduleMissed: 'A scheduled run did not start',
  noRunWithin: 'No run was started',
  noRecords: 'The source had no records',
  webhookSignatureFailures: 'Webhook deliveries are refused',
  dlqNotEmpty: 'Messages could not be handled',
  channelFailed: 'An alert could not be delivered',
};

const ADVICE: Readonly<Record<IncidentCause, string>> = {
  thresholdBreached:
    'Correct these records at the source and run the task again, or raise its failureThreshold if it may lose them.',
  runFailed:
    'Read the reason above: mostly the source cannot be read or a key no longer works. Then run the task again.',
  runHeld:
    'Look whether the drop is meant. Then approve the run or discard it, before the day that it names.',
  taskBlocked: 'Remove the cause, then enable the task again: until then no schedule and no request runs it.',
  runStuck: 'Wait if the source is slow. Otherwise cancel the run and look at the queue of runs.',
  scheduleMissed: 'Look whether the task is enabled, and start it by hand if its data is urgent.',
  noRunWithin:
    'Look whether whatever starts this task still does so, and start it by hand if its data is urgent.',
  noRecords: 'Look whether the source really is empty, or its address or its filters have changed.',
  webhookSignatureFailures:
    'Compare the secret at the sender with that of the hook. If nobody changed it, somebody else may be sending.',
  dlqNotEmpty:
    'The runbook (docs/runbook.md) says for each queue what its messages mean and how to send them again.',
  channelFailed: 'Look at the channel, then set the channels of the alert again: that turns it on again.',
};

function happened({ cause, facts }: Incident): string[] {
  const { run, detail } = facts;
  // What the index is like follows in a sentence of its own, by name.
  const reason = run === undefined ? [] : reasonOf(run);
  const numbers = run === undefined || run.received === 0 || run.isHosted ? [] : [numbersOf(run)];
  switch (cause) {
    case 'thresholdBreached':
      return numbers.length === 0 ? reason : numbers;
    case 'runFailed':
      return [...reason, ...numbers];
    case 'runHeld':
    case 'noRecords':
      return reason;
    case 'taskBlocked':
      return ['The task failed so often in a row that it was turned off.', ...reason, ...numbers];
    default:
      return detail === undefined ? [] : [cleanText(detail)];
  }
}

function reasonOf({ reason, reasonCode, isHosted = false }: RunFacts): string[] {
  if (reason !== undefined) return [cleanText(reason.replace(INDEX_UNTOUCHED, ''))];
  return isHosted ? [`Algolia says of the run no more than its reason code: ${reasonCode ?? 'none'}.`] : [];
}

function numbersOf({ rejected, received, failureThreshold }: RunFacts): string {
  return `${number(rejected)} of ${number(received)} records failed (${percent(rejected, received)}); the task accepts ${failureThreshold} %.`;
}

function indexState(task: TaskFacts, run: RunFacts): string[] {
  const { isHeld, applied, isCountedLow = false, isHosted = false, action = task.action } = run;
  const index = `The index ${cleanText(task.indexName)}`;
  if (isHosted) return [`${index} is written by Algolia: look there what it holds now.`];
  if (isHeld) return [`${index} is as it was; the new one is kept beside it.`];
  if (action === 'replace') return [`${index} is untouched: it holds what it held before.`];
  if (isCountedLow) {
    return [`${index} may be partly written: at least ${number(applied)} records of this run are in it.`];
  }
  if (applied === 0) return [`${index} is untouched: it holds what it held before.`];
  return [`${index} is partly written: ${number(applied)} records of this run are in it.`];
}

function linksOf(
  apiURL: string,
  incidentID: string,
  { taskID, run }: { readonly taskID: string | undefined; readonly run: RunFacts | undefined },
): AlertText['links'] {
  return [
    ...(run === undefined ? [] : [{ label: 'Run', url: `${apiURL}/1/runs/${run.runID}` }]),
    ...(taskID === undefined ? [] : [{ label: 'Task', url: `${apiURL}/2/tasks/${taskID}` }]),
    { label: 'Incident', url: `${apiURL}/ext/1/incidents/${incidentID}` },
  ];
}

function readable(at: string): string {
  return `${at.slice(0, 16).replace('T', ' ')} UTC`;
}
