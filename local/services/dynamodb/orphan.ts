import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const TERM_GRACE_MILLISECONDS = 3000;

/** Notes that `pid` runs on behalf of this data directory. */
export function writePidFile(pidFile: string, pid: number): void {
  writeFileSync(pidFile, `${pid}\n`, { mode: 0o600 });
}

/**
 * Ends the child that an earlier, killed run left behind. The pid may belong to somebody else by now: only a process
 * whose command line holds `marker` (a path in the data directory) is ended.
 */
export async function endOrphan(pidFile: string, marker: string): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').trim());
  if (Number.isInteger(pid) && pid > 1) await endProcess(pid, marker);
  rmSync(pidFile, { force: true });
}

async function endProcess(pid: number, marker: string): Promise<void> {
  const isOrphan = () => readCommandLine(pid).includes(marker);
  const deadline = Date.now() + TERM_GRACE_MILLISECONDS;
  if (isOrphan()) signalProcess(pid, 'SIGTERM');
  while (isOrphan() && Date.now() < deadline) await delay(10);
  if (isOrphan()) signalProcess(pid, 'SIGKILL');
  while (isOrphan()) await delay(10);
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended between the check and the signal.
  }
}

/** Empty when there is no such process (a zombie has no command line either). */
function readCommandLine(pid: number): string {
  try {
    if (process.platform === 'linux')
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
