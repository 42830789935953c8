import type { PassingSearchError } from './search-failures.ts';

const FIRST_MILLISECONDS = 100;
const LONGEST_MILLISECONDS = 10_000;

/**
 * How long to wait before attempt `attempt + 1`: nothing while there is another host to try, else full jitter (a
 * random share of a doubling delay, so that many workers do not come back at once), never less than the service asked.
 */
export function retryDelay(given: {
  attempt: number;
  failure: PassingSearchError;
  hosts: number;
  random: () => number;
}): number {
  const { attempt, failure, hosts } = given;
  if (!failure.overloaded && attempt + 1 < hosts) return 0;
  const round = failure.overloaded ? attempt : attempt + 1 - hosts;
  const ceiling = Math.min(LONGEST_MILLISECONDS, FIRST_MILLISECONDS * 2 ** round);
  return failure.retryAfterMilliseconds + Math.ceil(given.random() * ceiling);
}
