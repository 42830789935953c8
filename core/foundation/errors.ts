/** What a caller should do: give up (`fatal`), try again later (`retryable`), or go on without this item (`skippable`). */
export type Disposition = 'fatal' | 'retryable' | 'skippable';

/** One entry of `error.details` on the wire: what is wrong with a field, or which resource stands in the way. */
export type ErrorDetail = { message: string; label: string } | { id: string; type: string; name?: string };

export interface ErrorOptions {
  details?: ErrorDetail[];
  cause?: unknown;
  /** When to try again, where that can be said. */
  retryAfterSeconds?: number;
}

/**
 * The base of every error that Millrace raises on purpose. `code` is dotted and stable (`task.not_found`); `message` is a
 * sentence for the person who can act on it and never holds a secret.
 */
export abstract class MillraceError extends Error {
  abstract readonly disposition: Disposition;
  readonly code: string;
  readonly details: ErrorDetail[];
  readonly retryAfterSeconds: number | undefined;

  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.details = options.details ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** The caller sent something that cannot be accepted: 400 on the wire. */
export class InvalidInputError extends MillraceError {
  readonly disposition = 'fatal';
}

/** No such resource for this application: 404 on the wire. */
export class NotFoundError extends MillraceError {
  readonly disposition = 'fatal';
}

/** The credentials are missing, unknown or lack a right: 403 on the wire. */
export class ForbiddenError extends MillraceError {
  readonly disposition = 'fatal';
}

/** The resource is not as the caller took it to be: 409 on the wire. */
export class ConflictError extends MillraceError {
  readonly disposition = 'fatal';
}

/** The resource is still used by others, which `details` name: 400 on the wire, as Algolia's clients know it. */
export class InUseError extends ConflictError {}

/** The caller asked for more than its limits allow: 429 on the wire. */
export class LimitReachedError extends MillraceError {
  readonly disposition = 'fatal';
}

/** Something we depend on did not answer as it should for now: 503 on the wire, back to the queue in a worker. */
export class UnavailableError extends MillraceError {
  readonly disposition = 'retryable';
}
