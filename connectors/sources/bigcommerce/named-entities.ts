import { SourceError } from '../../../core/runs/source-error.ts';

/** As many as a list gives where no limit is asked for, so that those that are there fit into one page. */
export const NAMED_LIMIT = 50;

/** The ids that can be one of BigCommerce's: there is nothing under the others. */
export function possibleIDs(entityIDs: readonly string[]): string[] {
  return entityIDs.filter((id) => /^[1-9]\d{0,14}$/.test(id));
}

/** What an answer leaves out is taken for gone and deleted from the index, so it must be whole. */
export function requireWhole({ hasMore }: { readonly hasMore: boolean }): void {
  if (!hasMore) return;
  throw new SourceError(
    'source.invalid_answer',
    `BigCommerce gave less than the ${NAMED_LIMIT} that were asked for by their ids, and says that there is more.`,
  );
}
