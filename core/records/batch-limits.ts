import type { BatchLimits } from '../runs/ports.ts';

/**
 * How much travels to a search index at once. Algolia's advice is 1,000 to 10,000 records and at most some 10 MB; eight batches
 * and their requests are in memory.
 */
export const BATCH_LIMITS: BatchLimits = { maxRecords: 4_000, maxBytes: 1536 * 1024 };
