import { deriveID } from '../foundation/ids.ts';

/**
 * Makes ids for records that bring none: the task's derived id, a dash and the record's place in the source. The same
 * record of an unchanged source gets the same id in every run, so repeats change nothing.
 */
export function createPositionID(taskID: string): (place: number) => string {
  const stem = positionStem(taskID);
  return (place) => `${stem}${place}`;
}

/** What the ids of `createPositionID` begin with; the place follows. */
export function positionStem(taskID: string): string {
  return `${deriveID(taskID)}-`;
}
