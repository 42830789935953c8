import type { Clock } from '../../core/foundation/clock.ts';
import type { Chance } from './chance.ts';
import type { Fault, Faults } from './faults.ts';
import type { History } from './history.ts';
import type { Timeline } from './timeline.ts';

/** What all processes of a simulation share. */
export interface Surroundings {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly faults: Faults;
  readonly history: History;
  readonly leaseSeconds: number;
}

/** What may go wrong with a kind of call, and how the caller hears of it. */
export interface CallRules {
  readonly faults: readonly Fault[];
  readonly failure: (fault: Fault) => Error;
  /** How late an effect may come of which the caller was told that it failed; a term of the lease unless given. */
  readonly lateMilliseconds?: number;
}

const TIMEOUT_MILLISECONDS = 1_000;
const LONGEST_WAY_MILLISECONDS = 40;

/** One process: its calls and timers stop when it dies and wait while it stands still. What it has sent goes on without it. */
export class SimProcess {
  readonly name: string;
  isDead = false;
  /** Of the lease that it got last. */
  fence: number | undefined;
  onDeath: () => void = () => undefined;
  /** The end of its last standstill, which may be to come. */
  stoodStillUntil = 0;
  readonly clock: Clock;
  readonly #around: Surroundings;

  constructor(name: string, around: Surroundings) {
    this.name = name;
    this.#around = around;
    const { timeline } = around;
    this.clock = {
      now: () => new Date(timeline.now),
      sleep: (milliseconds, signal) => this.#sleep(milliseconds, signal),
    };
  }

  die(): void {
    if (this.isDead) return;
    this.isDead = true;
    this.onDeath();
  }

  /** Something that the process does over the network: `effect` happens on the other side. */
  call<Result>(
    name: string,
    effect: (fault: Fault | undefined) => Result,
    { faults, failure, lateMilliseconds = this.#around.leaseSeconds * 1000 }: CallRules,
  ): Promise<Result> {
    const { timeline, chance, history } = this.#around;
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    if (this.isDead) return promise;
    const fault = this.#around.faults.draw(faults);
    history.note(this.name, name, fault);
    const way = () => chance.whole(1, LONGEST_WAY_MILLISECONDS);
    const fail = (at: number, kind: Fault) => this.#resume(at, () => reject(failure(kind)));
    const arrive = (at: number, answerAfter: () => number) =>
      timeline.at(at, () => {
        let answer: () => void;
        try {
          const result = effect(fault);
          answer = () => resolve(result);
        } catch (error) {
          answer = () => reject(error as Error);
        }
        this.#resume(timeline.now + answerAfter(), answer);
      });
    const { now } = timeline;
    const there = now + way();
    const leaseMilliseconds = this.#around.leaseSeconds * 1000;
    switch (fault) {
      case 'failBefore':
      case 'throttle':
        fail(there + way(), fault);
        break;
      case 'executeAndFail':
        timeline.at(there, () => quietly(() => effect(fault)));
        fail(there + way(), fault);
        break;
      case 'lateApply':
        timeline.at(now + chance.whole(TIMEOUT_MILLISECONDS, TIMEOUT_MILLISECONDS + lateMilliseconds), () =>
          quietly(() => effect(fault)),
        );
        fail(now + TIMEOUT_MILLISECONDS, fault);
        break;
      case 'crashBefore':
        this.die();
        break;
      case 'crashAfter':
        timeline.at(there, () => quietly(() => effect(fault)));
        this.die();
        break;
      case 'slow':
        arrive(there, () => chance.whole(leaseMilliseconds >> 1, leaseMilliseconds * 1.5));
        break;
      case 'zombie':
        this.stoodStillUntil = there + chance.whole(leaseMilliseconds, leaseMilliseconds * 3);
        arrive(there, way);
        break;
      default:
        arrive(there, way);
    }
    return promise;
  }

  /** When the process can: not while it stands still, and never once it is dead. */
  #resume(at: number, act: () => void): void {
    const { timeline } = this.#around;
    // Whole milliseconds, as timers have.
    timeline.at(Math.ceil(at), () => {
      if (this.isDead) return;
      if (timeline.now < this.stoodStillUntil) this.#resume(this.stoodStillUntil, act);
      else act();
    });
  }

  #sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (this.isDead) return promise;
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const abort = () => reject(signal?.reason as Error);
    signal?.addEventListener('abort', abort, { once: true });
    this.#resume(this.#around.timeline.now + milliseconds, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    return promise;
  }
}

/** Nobody hears of what becomes of it. */
function quietly(effect: () => unknown): void {
  try {
    effect();
  } catch {
    // The caller was told something else already.
  }
}
