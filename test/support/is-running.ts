import { readFileSync } from 'node:fs';

/** Whether a process runs; one that has ended and waits for its parent to notice does not. */
export function isRunning(processID: number): boolean {
  try {
    return readFileSync(`/proc/${processID}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}
