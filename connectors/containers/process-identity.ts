import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A process as text that no later process has, whatever ids the system gives again. */
export function describeProcess(pid: number): string {
  return `${pid}:${startOf(pid)}`;
}

/** Whether that very process still runs. */
export function isAlive(described: string): boolean {
  const pid = pidOf(described);
  return pid > 1 && startOf(pid) !== '' && describeProcess(pid) === described;
}

export function pidOf(described: string): number {
  const pid = Number(described.split(':')[0]);
  return Number.isInteger(pid) ? pid : 0;
}

/** Stands for a directory where its path would be too long or say too much. */
export function ownerOf(directory: string): string {
  return createHash('sha256').update(directory).digest('hex').slice(0, 16);
}

/** When a process began, in the system's own measure; empty where there is none. A zombie has ended. */
function startOf(pid: number): string {
  try {
    if (process.platform !== 'linux') {
      return execFileSync('ps', ['-p', String(pid), '-o', 'lstart='], { encoding: 'utf8' })
        .trim()
        .replaceAll(/\W+/gu, '-');
    }
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, in parentheses, may hold spaces and parentheses itself.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? '' : (fields[18] ?? '');
  } catch {
    return '';
  }
}
