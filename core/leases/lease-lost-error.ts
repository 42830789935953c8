import { MillraceError } from '../foundation/errors.ts';

/** The worker was silent for longer than its lease: another may write the index now, so this one must not. */
export class LeaseLostError extends MillraceError {
  readonly disposition = 'retryable';

  constructor(key: string) {
    super('lease.lost', `The lease of ${key} was lost.`);
  }
}
