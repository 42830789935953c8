import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

import {
  ConflictError,
  ForbiddenError,
  InUseError,
  InvalidInputError,
  LimitReachedError,
  MillraceError,
  NotFoundError,
  UnavailableError,
  type ErrorDetail,
} from '../../core/foundation/errors.ts';

/** All that a caller learns of an error that nobody foresaw. */
const UNEXPECTED =
  'Something went wrong on our side. Quote the Correlation-ID of this answer when you report it.';

/** The mapper from errors to HTTP. `isExpected` is false for what somebody should look into. */
export function toErrorResponse(error: unknown): {
  readonly response: APIGatewayProxyStructuredResultV2;
  readonly isExpected: boolean;
} {
  const statusCode = statusOf(error);
  if (statusCode === undefined || !(error instanceof MillraceError)) {
    return { response: errorResponse(500, UNEXPECTED, { code: 'internal' }), isExpected: false };
  }
  const { message, code, details } = error;
  const response = errorResponse(statusCode, message, { code, details });
  const isExpected = statusCode !== 503;
  const retryAfterSeconds = error.retryAfterSeconds ?? (isExpected ? undefined : 1);
  if (retryAfterSeconds === undefined) return { response, isExpected };
  const headers = { ...response.headers, 'Retry-After': String(retryAfterSeconds) };
  return { response: { ...response, headers }, isExpected };
}

/** An answer in the shape that Algolia's clients read. */
export function errorResponse(
  statusCode: number,
  message: string,
  error: { readonly code: string; readonly details?: readonly ErrorDetail[] },
): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ message, error: { code: error.code, details: error.details ?? [] } }),
  };
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof InvalidInputError || error instanceof InUseError) return 400;
  if (error instanceof ForbiddenError) return 403;
  if (error instanceof NotFoundError) return 404;
  if (error instanceof ConflictError) return 409;
  if (error instanceof LimitReachedError) return 429;
  if (error instanceof UnavailableError) return 503;
  return undefined;
}
