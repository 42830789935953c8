import * as z from 'zod';
import {
  metafieldSchema,
  productPricingSchema,
  productSchema,
  translationsSchema,
  variantPricingSchema,
  variantSchema,
  wholeCollectionSchema,
  type Product,
  type Variant,
  type WholeCollection,
} from './catalog-answers.ts';
import { metafieldAlias, priceAlias, translationAlias } from './catalog-queries.ts';
import type { ReadingScope } from './reading-scope.ts';

/** What entities must be for records to be made of them: as documented, and with all that the task asks for. */
export interface EntitySchemas {
  readonly product: z.ZodType<Product>;
  readonly variant: z.ZodType<Variant>;
  readonly collection: z.ZodType<WholeCollection>;
}

/** For one reading: made once, they are used for every entity. */
export function schemasFor(scope: ReadingScope): EntitySchemas {
  const metafields = scope.metafields.map((_, index) => [metafieldAlias(index), metafieldSchema] as const);
  const translations = scope.locales.map(
    (_, index) => [translationAlias(index), translationsSchema] as const,
  );
  const pricedBy = (schema: z.ZodType) =>
    scope.countries.map((country) => [priceAlias(country), schema] as const);
  return {
    product: withAliases(productSchema, [...metafields, ...translations, ...pricedBy(productPricingSchema)]),
    variant: withAliases(variantSchema, [...metafields, ...pricedBy(variantPricingSchema)]),
    collection: withAliases(wholeCollectionSchema, [...metafields, ...translations]),
  };
}

function withAliases<Node>(
  schema: z.ZodType<Node>,
  aliases: readonly (readonly [string, z.ZodType])[],
): z.ZodType<Node> {
  const aliasSchema = z.looseObject(Object.fromEntries(aliases));
  return schema.superRefine((node, context) => {
    for (const { path, message } of aliasSchema.safeParse(node).error?.issues ?? [])
      context.addIssue({ code: 'custom', path, message });
  });
}
