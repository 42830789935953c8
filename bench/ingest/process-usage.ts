import { readFileSync, readdirSync } from 'node:fs';

const CLOCK_TICKS_PER_SECOND = 100;

export interface Usage {
  cpuSeconds: number;
  /** CPU seconds by what the process is: a function's name, or its program. */
  byProcess: Readonly<Record<string, number>>;
  /** Largest resident set of any one process, MiB. */
  peakMiB: number;
}

/** Follows processes through `/proc` (Linux only) until stopped: CPU of all, peak memory of the largest. */
export function watchProcesses(pids: () => number[]): { stop(): Usage } {
  const before = new Map(pids().map((pid) => [pid, cpuTicks(pid)]));
  const last = new Map<number, number>();
  const names = new Map<number, string>();
  let peakMiB = 0;
  const look = (): void => {
    for (const pid of pids()) {
      const ticks = cpuTicks(pid);
      if (ticks !== undefined) last.set(pid, ticks);
      if (!names.has(pid)) names.set(pid, nameOf(pid));
      peakMiB = Math.max(peakMiB, residentMiB(pid));
    }
  };
  const timer = setInterval(look, 50);
  return {
    stop: () => {
      look();
      clearInterval(timer);
      const byProcess: Record<string, number> = {};
      let cpuSeconds = 0;
      for (const [pid, count] of last) {
        const name = names.get(pid) ?? '';
        const seconds = (count - (before.get(pid) ?? 0)) / CLOCK_TICKS_PER_SECOND;
        byProcess[name] = (byProcess[name] ?? 0) + seconds;
        cpuSeconds += seconds;
      }
      return { cpuSeconds, byProcess, peakMiB };
    },
  };
}

/** The process and all its descendants. */
export function processTree(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = statFields(Number(name))?.parent;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const tree: number[] = [];
  const collect = (pid: number): void => {
    tree.push(pid);
    for (const child of children.get(pid) ?? []) collect(child);
  };
  collect(root);
  return tree;
}

function nameOf(pid: number): string {
  const functionName = /(?:^|\0)AWS_LAMBDA_FUNCTION_NAME=([^\0]*)/.exec(
    read(`/proc/${pid}/environ`) ?? '',
  )?.[1];
  const program = (read(`/proc/${pid}/cmdline`) ?? '').split('\0').find((word) => /\.[cm]?[jt]s$/.test(word));
  return functionName ?? program?.split('/').slice(-2).join('/') ?? read(`/proc/${pid}/comm`)?.trim() ?? '';
}

function cpuTicks(pid: number): number | undefined {
  return statFields(pid)?.ticks;
}

function residentMiB(pid: number): number {
  const line = /VmHWM:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`) ?? '');
  return line ? Number(line[1]) / 1024 : 0;
}

function statFields(pid: number): { parent: number; ticks: number } | undefined {
  const text = read(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The second field is the command in brackets and may hold spaces: count from the last bracket.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
