import type { MappedRecord } from '../../paged/object-batch.ts';
import type { WholeCategory } from './catalog-answers.ts';
import { toLevels } from './category-paths.ts';

/** The record of a category, a `collection` record; `path` are the names from the root to it. */
export function mapCategory(category: WholeCategory, path: readonly string[]): MappedRecord {
  const parentID = category.parent_id ?? 0;
  return {
    objectID: String(category.category_id),
    attributes: {
      name: category.name,
      description: category.description ?? undefined,
      categories: toLevels([path]),
      parent_id: parentID > 0 ? parentID : undefined,
      tree_id: category.tree_id ?? undefined,
      url: category.url?.path ?? undefined,
      image_url: category.image_url ?? undefined,
      is_visible: category.is_visible ?? undefined,
      sort_order: category.sort_order ?? undefined,
      page_title: category.page_title ?? undefined,
      meta_keywords: category.meta_keywords ?? undefined,
      meta_description: category.meta_description ?? undefined,
      search_keywords: category.search_keywords ?? undefined,
    },
  };
}
