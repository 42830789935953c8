import { readFileSync, readdirSync } from 'node:fs';

const CLOCK_TICKS_PER_SECOND = 100;

export interface Usage {
  cpuSeconds: number;
  /** Largest resident set of any one process, MiB. */
  peakMiB: number;
}

/** Follows processes through `/proc` (Linux only) until stopped: CPU of all, peak memory of the largest. */
export function watchProcesses(pids: () => number[]): { stop(): Usage } {
  const before = new Map(pids().map((pid) => [pid, cpuTicks(pid)]));
  const last = new Map<number, number>();
  let peakMiB = 0;
  const look = (): void => {
    for (const pid of pids()) {
      const ticks = cpuTicks(pid);
      if (ticks !== undefined) last.set(pid, ticks);
      peakMiB = Math.max(peakMiB, residentMiB(pid));
    }
  };
  const timer = setInterval(look, 50);
  return {
    stop: () => {
      look();
      clearInterval(timer);
      let ticks = 0;
      for (const [pid, count] of last) ticks += count - (before.get(pid) ?? 0);
      return { cpuSeconds: ticks / CLOCK_TICKS_PER_SECOND, peakMiB };
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

export function commandLine(pid: number): string {
  return read(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ') ?? '';
}

export function environmentOf(pid: number): string {
  return read(`/proc/${pid}/environ`) ?? '';
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
