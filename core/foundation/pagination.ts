/** Which page of a list; both count from 1. */
export interface PageRequest {
  readonly page: number;
  readonly itemsPerPage: number;
}

/** How the API describes a page: an empty list has one page. */
export interface Pagination extends PageRequest {
  readonly nbPages: number;
  readonly nbItems: number;
}

export type SortOrder = 'asc' | 'desc';

export const DEFAULT_ITEMS_PER_PAGE = 10;
export const MAX_ITEMS_PER_PAGE = 100;

/** The description of `request`'s page in a list of `nbItems`; exact, also past the end. */
export function describePage(request: PageRequest, nbItems: number): Pagination {
  return {
    nbPages: Math.max(1, Math.ceil(nbItems / request.itemsPerPage)),
    page: request.page,
    nbItems,
    itemsPerPage: request.itemsPerPage,
  };
}
