import { SourceError } from '../../../core/runs/source-error.ts';

/** Where a page is larger than an answer may be, how many times fewer rows are asked for. */
const SHRINK = 5;

/** Asks for as many rows as an answer can hold: fewer from when on they were too large for one. */
export type FetchFitting = <Answer>(fetch: (maxResults: number) => Promise<Answer>) => Promise<Answer>;

export function createFetchFitting(maxResults: number): FetchFitting {
  let size = maxResults;
  return async (fetch) => {
    for (;;) {
      try {
        return await fetch(size);
      } catch (error) {
        const isTooLarge = error instanceof SourceError && error.code === 'http.response_too_large';
        if (!isTooLarge || size === 1) throw error;
        size = Math.ceil(size / SHRINK);
      }
    }
  };
}
