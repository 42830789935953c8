import * as z from 'zod';

/** What an incident can be about: something went wrong, or did not happen. */
const INCIDENT_CAUSES = [
  'thresholdBreached',
  'runFailed',
  'runHeld',
  'taskBlocked',
  'runStuck',
  'scheduleMissed',
  'noRunWithin',
  'noRecords',
  'webhookSignatureFailures',
  'dlqNotEmpty',
  'channelFailed',
] as const;
export const incidentCauseSchema = z.enum(INCIDENT_CAUSES);
export type IncidentCause = z.output<typeof incidentCauseSchema>;

/** What an alert can be about besides `noRunWithin`, which has a term; `channelFailed` is told without being asked for. */
export const PLAIN_CONDITIONS = [
  'thresholdBreached',
  'runFailed',
  'runHeld',
  'taskBlocked',
  'runStuck',
  'scheduleMissed',
  'noRecords',
  'webhookSignatureFailures',
  'dlqNotEmpty',
] as const satisfies readonly IncidentCause[];

/** Ends of runs that `runFailed` means too: each is a run that failed, for a reason that has a name of its own. */
export const FAILED_RUN_CAUSES: readonly IncidentCause[] = ['thresholdBreached', 'runHeld', 'runFailed'];
