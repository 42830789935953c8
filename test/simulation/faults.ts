import type { Chance } from './chance.ts';

/** What can go wrong with one call, or with one message. */
export const FAULTS = [
  /** It fails and had no effect. */
  'failBefore',
  /** It has its effect, and the answer is lost. */
  'executeAndFail',
  /** Too much at once: refused for now. */
  'throttle',
  /** Some of the messages of one call are sent. */
  'partial',
  /** The answer takes as long as a lease, or longer. */
  'slow',
  /** A read that is not strong sees what was before. */
  'staleRead',
  /** The process dies before, or right after, the effect. */
  'crashBefore',
  'crashAfter',
  /** The process stands still for longer than its lease, and goes on. */
  'zombie',
  /** The caller is told that it failed; the effect comes later. */
  'lateApply',
  /** Of messages. */
  'duplicate',
  'reorder',
  'delay',
  'lose',
] as const;
export type Fault = (typeof FAULTS)[number];

/** How likely a fault is beside the others. Some cost a run a whole term of its lease, and there are few messages. */
const WEIGHTS: Partial<Record<Fault, number>> = {
  crashBefore: 0.25,
  crashAfter: 0.25,
  zombie: 0.25,
  slow: 0.25,
  staleRead: 8,
  partial: 8,
  duplicate: 8,
  reorder: 8,
  delay: 8,
  lose: 8,
};

/** One fault, at the `at`th of the calls that it can befall. */
export interface FaultScript {
  readonly fault: Fault;
  readonly at: number;
}

/** Draws faults. Each seed has a mix of its own, some a single kind: or rare combinations would never come. */
export class Faults {
  isActive = true;
  readonly injected = new Map<Fault, number>();
  readonly #chance: Chance;
  /** How often each kind could have been. */
  readonly possible = new Map<Fault, number>();
  readonly #script: FaultScript | undefined;
  readonly #rates = new Map<Fault, number>();

  constructor(chance: Chance, script?: FaultScript) {
    this.#chance = chance;
    this.#script = script;
    if (script !== undefined) return;
    const only = chance.is(0.2) ? chance.pick(FAULTS) : undefined;
    const intensity = only === undefined ? chance.pick([0.014, 0.026, 0.042]) : 0.07;
    for (const fault of FAULTS) {
      const isOn = only === undefined ? chance.is(0.5) : fault === only;
      if (isOn) this.#rates.set(fault, intensity * (WEIGHTS[fault] ?? 1));
    }
  }

  draw(possible: readonly Fault[]): Fault | undefined {
    if (this.#script !== undefined) return this.#follow(this.#script, possible);
    if (!this.isActive) return undefined;
    let left = this.#chance.next();
    for (const fault of possible) {
      left -= this.#rates.get(fault) ?? 0;
      if (left >= 0) continue;
      this.injected.set(fault, (this.injected.get(fault) ?? 0) + 1);
      return fault;
    }
    return undefined;
  }

  #follow({ fault, at }: FaultScript, possible: readonly Fault[]): Fault | undefined {
    for (const kind of possible) this.possible.set(kind, (this.possible.get(kind) ?? 0) + 1);
    if (!possible.includes(fault) || this.possible.get(fault) !== at) return undefined;
    this.injected.set(fault, 1);
    return fault;
  }

  describe(): string {
    return [...this.#rates.keys()].join(', ');
  }
}
