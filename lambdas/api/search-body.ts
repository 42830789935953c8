import * as z from 'zod';

/** More IDs than one page of any list. */
const MAX_IDS = 1_000;

/** The body of a search by IDs. */
export const idListSchema = z.array(z.string()).max(MAX_IDS);
