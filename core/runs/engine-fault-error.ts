import { MillraceError } from '../foundation/errors.ts';

/** Something that cannot be if the engine is right: the run ends as `internal`, never as a success. */
export class EngineFaultError extends MillraceError {
  readonly disposition = 'fatal';
}
