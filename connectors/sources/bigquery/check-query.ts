import type { BigQueryApi } from './bigquery-api.ts';
import { foresee } from './read-query.ts';

const GIGABYTE = 1e9;
/** A check is not worth more: some six cents. */
const MAX_CHECKED_BYTES = 10 * GIGABYTE;

/** What a check says of a query, and whether it may be run for a few records. */
export async function checkQuery(api: BigQueryApi, sql: string): Promise<{ note: string; isCheap: boolean }> {
  const { bytes } = await foresee(api, sql);
  const note = `Each run's query processes ${toText(bytes)}, as BigQuery foresees it, which is what is billed.`;
  if (bytes <= MAX_CHECKED_BYTES) return { note, isCheap: true };
  return { note: `${note} It was not run for a few records.`, isCheap: false };
}

function toText(bytes: number): string {
  return bytes < GIGABYTE ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / GIGABYTE).toFixed(1)} GB`;
}
