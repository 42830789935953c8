import { DestinationError } from '../../../core/runs/destination-error.ts';

/** The search service did not do what was asked for now; another attempt, or another host, may. */
export class PassingSearchError extends DestinationError {
  /** Too many requests: the service works but wants us to slow down. */
  readonly overloaded: boolean;
  /** How long the service asks us to wait at least. */
  readonly retryAfterMilliseconds: number;
  /** The host's name does not exist, so trying it again soon is of no use. */
  readonly hostUnknown: boolean;

  constructor(
    code: 'destination.unavailable' | 'destination.overloaded',
    message: string,
    options: { cause?: unknown; retryAfterMilliseconds?: number; hostUnknown?: boolean } = {},
  ) {
    super(code, message, { cause: options.cause, disposition: 'retryable' });
    this.overloaded = code === 'destination.overloaded';
    this.retryAfterMilliseconds = options.retryAfterMilliseconds ?? 0;
    this.hostUnknown = options.hostUnknown ?? false;
  }
}

/** What the service says about a request that it will never accept as it is. */
export interface Refusal {
  readonly statusCode: number;
  /** The service's own words, without secrets or control characters. */
  readonly said: string;
  /** 0-based place of the record at fault in the batch sent. */
  readonly position?: number;
  readonly objectID?: string;
  readonly tooBig: boolean;
  /** What the record measures and may measure by the service's own count. */
  readonly sizeBytes?: number;
  readonly limitBytes?: number;
}

/** The service refused a request for what is in it (400, 413, 422); nothing of it was applied. */
export class RefusedSearchError extends DestinationError {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super('destination.refused', `The search service refused the request: "${refusal.said}"`);
    this.refusal = refusal;
  }
}

/** The index that a request is about does not exist (404). */
export class MissingIndexError extends DestinationError {
  constructor(said: string) {
    super('destination.not_found', `The search service does not know what was asked for: "${said}"`);
  }
}
