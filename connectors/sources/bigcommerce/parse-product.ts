import type { z } from 'zod';
import type { RejectedRecord } from '../../../core/records/rejected-record.ts';
import type { RecordType } from '../../contract/source-connector.ts';
import { listedProductSchema, productSchema, variantSchema, type ListedProduct } from './catalog-answers.ts';
import type { ParsedProduct } from './catalog-details.ts';
import { variantObjectID } from './map-product.ts';

/** A product as it was listed, and what of it cannot become records. */
export interface ProductReading {
  readonly parsed?: ParsedProduct;
  readonly rejected: readonly RejectedRecord[];
}

/** Where a record is a product, one variant that cannot be read spoils it; where it is a variant, only its own record. */
export function parseProduct(listed: ListedProduct, recordType: RecordType): ProductReading {
  const isWhole = recordType === 'product';
  // A variant's record is never named by its product's id: what is told apart by it would then be taken for gone.
  const whole = isWhole ? { objectID: String(listed.id) } : {};
  const { success, data: product, error } = productSchema.safeParse(listed);
  if (!success) return { rejected: [{ ...whole, ...describe(listed.id, error) }] };
  const readings = (product.variants ?? []).map((variant) => ({
    variant,
    ...variantSchema.safeParse(variant),
  }));
  const variants = readings.flatMap(({ data }) => data ?? []);
  const faults = readings.flatMap(({ variant, error: fault }) =>
    fault === undefined ? [] : [{ variant, fault }],
  );
  const [first] = faults;
  if (isWhole) {
    if (first !== undefined)
      return { rejected: [{ ...whole, ...describe(listed.id, first.fault, 'variants.') }] };
    return { parsed: { product, variants }, rejected: [] };
  }
  if (readings.length === 0) return { rejected: [without(listed.id)] };
  const rejected = faults.map(({ variant, fault }) => {
    const id = listedProductSchema.safeParse(variant).data?.id;
    const named = id === undefined ? {} : { objectID: variantObjectID(listed.id, id) };
    return { ...named, ...describe(listed.id, fault, 'variants.') };
  });
  return { parsed: { product, variants }, rejected };
}

function describe(productID: number, error: z.ZodError, prefix = ''): RejectedRecord {
  const field = `${prefix}${error.issues[0]?.path.join('.') ?? ''}`;
  return {
    field,
    code: 'record.invalid',
    message: `The ${field} of the product ${productID} is not as BigCommerce documents it, so no record was made of it.`,
  };
}

function without(productID: number): RejectedRecord {
  return {
    code: 'record.no_variants',
    message: `BigCommerce shows no variants of the product ${productID}, so it has no variant records.`,
  };
}
