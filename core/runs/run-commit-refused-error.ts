import { MillraceError } from '../foundation/errors.ts';

/** The commit was not made: another worker committed first, or the lease has gone to another. Nothing was written. */
export class RunCommitRefusedError extends MillraceError {
  readonly disposition = 'retryable';

  constructor(runID: string, cause?: unknown) {
    super('run.commit_refused', `Run ${runID} is worked on by another worker.`, { cause });
  }
}
