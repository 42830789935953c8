import * as z from 'zod';
import type { Clock } from '../../../core/foundation/clock.ts';

/** A wait is never longer: what is asked for then is told by the next answer. */
const MAX_WAIT_MILLISECONDS = 60_000;

export const costSchema = z.object({
  requestedQueryCost: z.number(),
  throttleStatus: z.object({
    maximumAvailable: z.number(),
    currentlyAvailable: z.number(),
    restoreRate: z.number().positive(),
  }),
});
export type QueryCost = z.infer<typeof costSchema>;

/**
 * The points that an app may spend at a store: they come back at a rate, and a query that wants more than there are is
 * refused. So it is waited for before the query is sent (https://shopify.dev/docs/api/usage/limits).
 */
export class CostBucket {
  readonly #clock: Clock;
  #last: (QueryCost['throttleStatus'] & { readonly at: number }) | undefined;
  /** What each query cost when it was sent before. */
  readonly #costs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(query: string, { requestedQueryCost, throttleStatus }: QueryCost): void {
    this.#costs.set(query, requestedQueryCost);
    this.#last = { ...throttleStatus, at: this.#clock.now().getTime() };
  }

  /** Resolves when there should be as many points as the query costs. */
  async waitFor(query: string, signal: AbortSignal): Promise<void> {
    const milliseconds = this.#missing(this.#costs.get(query) ?? 0);
    if (milliseconds > 0) await this.#clock.sleep(milliseconds, signal);
  }

  /** In milliseconds until so many points are there. */
  #missing(cost: number): number {
    if (this.#last === undefined) return 0;
    const { currentlyAvailable, maximumAvailable, restoreRate, at } = this.#last;
    const elapsedSeconds = (this.#clock.now().getTime() - at) / 1000;
    const missing = Math.min(cost, maximumAvailable) - currentlyAvailable - elapsedSeconds * restoreRate;
    return Math.min(MAX_WAIT_MILLISECONDS, Math.max(0, Math.ceil((missing / restoreRate) * 1000)));
  }
}
