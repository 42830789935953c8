import type { KeptContent } from './kept-content.ts';

/** Why one record was not applied, in words for the owner of the data. */
export interface RejectedRecord {
  /** Line (from 1, the header being line 1) in CSV and NDJSON, element (from 1) in a JSON array; absent when unknown. */
  readonly position?: number;
  /** The column or attribute at fault. */
  readonly field?: string;
  readonly objectID?: string;
  /** Stable: `csv.too_many_columns`, `csv.bad_number`, `record.missing_id`, `record.too_big`, … */
  readonly code: string;
  /** A sentence: what is wrong and what would be right. At most 500 characters, no whole values of other fields. */
  readonly message: string;
  /** Who rejected it; the source where absent. */
  readonly stage?: 'transform' | 'destination';
  /** The record, to be kept with the reason. */
  readonly content?: KeptContent;
}

/** A rejection as events show it: without the record. */
export function toReason({ content: _content, ...reason }: RejectedRecord): Omit<RejectedRecord, 'content'> {
  return reason;
}
