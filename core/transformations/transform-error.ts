import { MillraceError, type Disposition, type ErrorOptions } from '../foundation/errors.ts';

/**
 * Nothing can be transformed: the code cannot be loaded (`fatal`), or the function that runs it cannot be reached for
 * now (`retryable`). What goes wrong with one record is that record's rejection and no error.
 */
export class TransformError extends MillraceError {
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
