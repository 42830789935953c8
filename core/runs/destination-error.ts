import { MillraceError, type Disposition, type ErrorOptions } from '../foundation/errors.ts';

/** The destination cannot be written: bad key, unknown application, overload. `retryable` when it may pass. */
export class DestinationError extends MillraceError {
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
