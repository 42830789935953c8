interface Moment {
  readonly time: number;
  readonly order: number;
  readonly act: () => void;
}

/** Virtual time: what is to happen when. Between two moments everything that can go on does, to the last promise. */
export class Timeline {
  now: number;
  #order = 0;
  /** A binary heap, the earliest first. */
  readonly #heap: Moment[] = [];

  constructor(start: number) {
    this.now = start;
  }

  at(time: number, act: () => void): void {
    this.#order += 1;
    this.#push({ time, order: this.#order, act });
  }

  in(milliseconds: number, act: () => void): void {
    this.at(this.now + milliseconds, act);
  }

  /** Goes from moment to moment until none is left, or `isDone`. */
  async run(isDone: () => boolean): Promise<void> {
    for (;;) {
      await settled();
      if (isDone()) return;
      const next = this.#pop();
      if (next === undefined) return;
      this.now = Math.max(this.now, next.time);
      next.act();
    }
  }

  #push(moment: Moment): void {
    const heap = this.#heap;
    let at = heap.push(moment) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(heap[parent] as Moment, moment)) break;
      heap[at] = heap[parent] as Moment;
      at = parent;
    }
    heap[at] = moment;
  }

  #pop(): Moment | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Moment, heap[child] as Moment)) child += 1;
      if (isBefore(last, heap[child] as Moment)) break;
      heap[at] = heap[child] as Moment;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(one: Moment, other: Moment): boolean {
  return one.time < other.time || (one.time === other.time && one.order < other.order);
}

/** Resolves when no promise is left that can go on: a tick asked for in a microtask comes after the last of them. */
async function settled(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.nextTick(resolve);
  });
}
