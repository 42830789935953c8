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

/** A cause as its state is stored: with what sets it apart from others of its kind on the same subject. */
export function causeNameOf(cause: IncidentCause, part: string | undefined): string {
  return part === undefined ? cause : `${cause}#${part}`;
}

/** What `causeNameOf` was given. */
export function readCauseName(name: string): { cause: IncidentCause; part: string | undefined } {
  const [causeText = '', ...part] = name.split('#');
  return {
    cause: incidentCauseSchema.parse(causeText),
    part: part.length === 0 ? undefined : part.join('#'),
  };
}
