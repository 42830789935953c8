import { MillraceError, type Disposition, type ErrorOptions } from '../foundation/errors.ts';

/**
 * The source cannot be read: no such host, 404, HTML instead of CSV, JSON cut in the middle. `message` says what was
 * found where and what to check; `retryable` when the same request may succeed later.
 */
export class SourceError extends MillraceError {
  readonly disposition: Disposition;

  constructor(
    code: string,
    message: string,
    options: ErrorOptions & { disposition?: 'fatal' | 'retryable' } = {},
  ) {
    super(code, message, options);
    this.disposition = options.disposition ?? 'fatal';
  }
}
