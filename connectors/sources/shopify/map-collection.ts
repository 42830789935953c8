import type { RejectedRecord } from '../../../core/records/rejected-record.ts';
import type { MappedRecord } from '../../paged/object-batch.ts';
import { numberOf, type Entity, type WholeCollection } from './catalog-answers.ts';
import type { EntitySchemas } from './entity-schemas.ts';
import { filled } from './map-product.ts';
import { metafieldsOf } from './market-fields.ts';
import { describe } from './parse-product.ts';
import type { ReadingScope } from './reading-scope.ts';
import { translateNode, translationsOf } from './translate.ts';

/** The record of a collection, or why there is none. */
export function readCollection(
  entity: Entity,
  scope: ReadingScope,
  schemas: EntitySchemas,
): { readonly record: MappedRecord } | { readonly rejected: RejectedRecord } {
  const { success, data, error } = schemas.collection.safeParse(entity);
  if (success) return { record: mapCollection(data, scope) };
  const number = numberOf(entity.id);
  return { rejected: { objectID: number, ...describe('collection', number, { error }) } };
}

function mapCollection(collection: WholeCollection, scope: ReadingScope): MappedRecord {
  const text = translateNode(collection, scope);
  return {
    objectID: numberOf(collection.id),
    attributes: {
      title: text('title') ?? collection.title,
      handle: text('handle') ?? filled(collection.handle),
      description_html: text('body_html') ?? filled(collection.descriptionHtml),
      image_url: filled(collection.image?.url),
      products_count: collection.productsCount?.count,
      sort_order: collection.sortOrder?.toLowerCase(),
      meta_title: text('meta_title') ?? filled(collection.seo?.title),
      meta_description: text('meta_description') ?? filled(collection.seo?.description),
      updated_at: collection.updatedAt ?? undefined,
      metafields: metafieldsOf(collection, scope),
      translations: translationsOf(collection, scope),
    },
  };
}
