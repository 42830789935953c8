import * as z from 'zod';
import { SourceError } from '../../../core/runs/source-error.ts';

/** The code of the failure to make what is there already. */
export const ALREADY_THERE = 'source.already_there';
/** Of the service's own words. */
const MAX_SAID_LENGTH = 300;
export const ROLES =
  'the role BigQuery Data Viewer (roles/bigquery.dataViewer) on the dataset and the role BigQuery Job User ' +
  '(roles/bigquery.jobUser) on the project';

/** Reasons by which BigQuery asks for patience. https://cloud.google.com/bigquery/docs/error-messages */
const PATIENCE: ReadonlySet<string> = new Set([
  'rateLimitExceeded',
  'jobRateLimitExceeded',
  'userRateLimitExceeded',
  'tableUnavailable',
]);
/** Reasons that pass when the whole is done again. */
const PASSING: ReadonlySet<string> = new Set([
  'backendError',
  'internalError',
  'jobBackendError',
  'jobInternalError',
  'stopped',
  'timeout',
]);
const QUOTAS: ReadonlySet<string> = new Set([
  'quotaExceeded',
  'billingNotEnabled',
  'billingTierLimitExceeded',
]);

const reasonSchema = z.object({ reason: z.string().optional(), message: z.string().optional() });
const refusalSchema = z.object({
  error: z.object({
    message: z.string().optional(),
    errors: z.array(reasonSchema).optional(),
  }),
});

/** Why BigQuery did not do what it was asked. */
export interface Refusal {
  /** 0 where a query failed, whose request was in order. */
  readonly statusCode: number;
  readonly reason: string;
  readonly message: string;
}

/** Reads the body of an answer that is no success. */
export function readRefusal(statusCode: number, body: unknown): Refusal {
  const { error } = refusalSchema.safeParse(body).data ?? {};
  const [first] = error?.errors ?? [];
  const message = error?.message ?? first?.message ?? `status ${statusCode}`;
  return { statusCode, reason: first?.reason ?? '', message: message.slice(0, MAX_SAID_LENGTH) };
}

/** The same of a query that ended with an error, as its job has it. */
export function refusalOfJob(error: { reason?: string; message?: string }): Refusal {
  return {
    statusCode: 0,
    reason: error.reason ?? '',
    message: (error.message ?? 'no reason was given').slice(0, MAX_SAID_LENGTH),
  };
}

/** Whether the same request is to be sent again in a moment. */
export function asksForPatience({ reason }: Refusal): boolean {
  return PATIENCE.has(reason);
}

/** BigQuery's own sentence within the text of a refusal. */
export function messageOf(text: string): string | undefined {
  try {
    return refusalSchema.parse(JSON.parse(text)).error.message;
  } catch {
    return undefined;
  }
}

/** What a refusal means for whoever set the source up. */
export function toSourceError(refusal: Refusal): SourceError {
  const { statusCode, reason, message } = refusal;
  const says = `BigQuery says: ${message}`;
  if (asksForPatience(refusal)) {
    return retryable(
      'source.rate_limited',
      `BigQuery wants fewer requests, and did so for as long as was waited. ${says}`,
    );
  }
  if (QUOTAS.has(reason)) {
    return new SourceError(
      'source.quota_exceeded',
      `A quota of the project is used up, or it has no billing: look at the project's quotas and billing in the Google Cloud console. ${says}`,
    );
  }
  if (reason === 'bytesBilledLimitExceeded') {
    return retryable(
      'source.query_grew',
      `The query would have processed far more than was foreseen a moment before, so it was not run. ${says}`,
    );
  }
  if (PASSING.has(reason))
    return retryable('source.server_error', `BigQuery has a problem of its own. ${says}`);
  if (statusCode === 403 || reason === 'accessDenied') {
    return new SourceError(
      'source.access_denied',
      `BigQuery refused access. Check that the service account of the authentication has ${ROLES}. ${says}`,
    );
  }
  if (statusCode === 404 || reason === 'notFound') {
    return new SourceError(
      'source.not_found',
      `BigQuery does not find it. Check the source's projectID, datasetID and table. ${says}`,
    );
  }
  if (statusCode === 409) return new SourceError(ALREADY_THERE, `It is there already. ${says}`);
  if (reason === 'invalidQuery') {
    return new SourceError(
      'source.invalid_query',
      `BigQuery cannot run the query: check the source's customSQLRequest. ${says}`,
    );
  }
  return new SourceError(
    'source.refused',
    `BigQuery refused what was asked of it: check the source. ${says}`,
  );
}

/** What was begun cannot be gone on with. */
export function changed(what: string): SourceError {
  return retryable('source.changed', `${what}, so it has to be read from the start.`);
}

function retryable(code: string, message: string): SourceError {
  return new SourceError(code, message, { disposition: 'retryable' });
}
