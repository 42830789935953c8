import type { Allowance, RequestClass } from '../../core/applications/rate-limiter.ts';
import { LimitReachedError } from '../../core/foundation/errors.ts';
import type { ResponseHeaders } from '../middleware/http-handler.ts';
import type { Operation } from './define-operation.ts';

/** Runs and their events are what clients poll, and have a window of their own. */
export function requestClassOf({ method, path }: Operation): RequestClass {
  return method === 'GET' && path.startsWith('/1/runs') ? 'observability' : 'other';
}

/** Tells the caller, on whatever the answer will be, what is left to it; a `LimitReachedError` when nothing is. */
export function applyAllowance(allowance: Allowance, headers: ResponseHeaders, now: Date): void {
  const { limit, remaining, resetsAt, windowSeconds } = allowance;
  const resetSeconds = resetsAt.getTime() / 1000;
  headers['x-ratelimit-limit'] = String(limit);
  headers['x-ratelimit-remaining'] = String(remaining);
  headers['x-ratelimit-reset'] = String(resetSeconds);
  if (allowance.isAllowed) return;
  const retryAfterSeconds = Math.max(1, Math.ceil((resetsAt.getTime() - now.getTime()) / 1000));
  throw new LimitReachedError(
    'limits.too_many_requests',
    `Too many requests: at most ${limit} such requests within ${windowSeconds} seconds from one address. ` +
      `Try again in ${retryAfterSeconds} seconds.`,
    { retryAfterSeconds },
  );
}
