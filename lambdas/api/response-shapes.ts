import * as z from 'zod';

/** Shapes that several resources answer with. */

/** RFC 3339 in whole seconds, as `toWireDate` writes it. */
export const wireDate = z.string();

/** Null for all that a user makes; Algolia marks with it what its own products manage. */
export const owner = z.null();

export const paginationShape = z.object({
  nbPages: z.int().min(1),
  page: z.int().min(1),
  nbItems: z.int().min(0),
  itemsPerPage: z.int().min(1).max(100),
});

export const windowShape = z.object({ startDate: wireDate, endDate: wireDate });

export const deletedShape = z.object({ deletedAt: wireDate });
