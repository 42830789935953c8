import type * as z from 'zod';
import type { RejectedRecord } from '../../../core/records/rejected-record.ts';
import type { RecordType } from '../../contract/source-connector.ts';
import {
  collectionSchema,
  entitySchema,
  kindOf,
  mediaSchema,
  numberOf,
  type Collection,
  type Entity,
  type Media,
  type Product,
  type Variant,
} from './catalog-answers.ts';
import type { EntitySchemas } from './entity-schemas.ts';

/** An entity with all that belongs to it, in any order, as Shopify sent it. */
export interface EntityGroup {
  readonly entity: Entity;
  readonly children: readonly unknown[];
}

/** A product with those of its variants that can be read. */
export interface ParsedProduct {
  readonly product: Product;
  readonly variants: readonly Variant[];
  readonly media: readonly Media[];
  readonly collections: readonly Collection[];
}

/** A product, and what of it cannot become records. */
interface ProductReading {
  readonly parsed?: ParsedProduct;
  readonly rejected: readonly RejectedRecord[];
}

/** Where a record is a product, one variant that cannot be read spoils it; where it is a variant, only its own record. */
export function parseProduct(
  group: EntityGroup,
  recordType: RecordType,
  schemas: EntitySchemas,
): ProductReading {
  const number = numberOf(group.entity.id);
  // A variant's record is never named by its product's id: what is told apart by it would then be taken for gone.
  const whole = recordType === 'product' ? { objectID: number } : {};
  const refuse = (error: z.ZodError, prefix = ''): ProductReading => ({
    rejected: [{ ...whole, ...describe('product', number, { error, prefix }) }],
  });
  const { success, data: product, error } = schemas.product.safeParse(group.entity);
  if (!success) return refuse(error);
  const shared = parseShared(group.children);
  if (shared.error !== undefined) return refuse(shared.error, shared.prefix);
  const variants = parseVariants(group.children, schemas);
  const [fault] = variants.faults;
  if (recordType === 'product' && fault !== undefined) return refuse(fault.error, 'variants.');
  return {
    parsed: {
      product,
      variants: variants.parsed.toSorted(byPosition),
      media: shared.media,
      collections: shared.collections.toSorted((a, b) => byNumber(a.id, b.id)),
    },
    rejected: variants.faults.map(({ id, error }) => ({
      ...(id === undefined ? {} : { objectID: `${number}-${numberOf(id)}` }),
      ...describe('product', number, { error, prefix: 'variants.' }),
    })),
  };
}

/** Why there is no record of what Shopify sent. */
export function describe(
  what: 'product' | 'collection',
  number: string,
  { error, prefix = '' }: { readonly error: z.ZodError; readonly prefix?: string },
): RejectedRecord {
  const field = `${prefix}${error.issues[0]?.path.join('.') ?? ''}`;
  return {
    field,
    code: 'record.invalid',
    message: `The ${field} of the ${what} ${number} is not as Shopify documents it, so no record was made of it.`,
  };
}

interface SharedParts {
  readonly media: Media[];
  readonly collections: Collection[];
  readonly error?: z.ZodError;
  readonly prefix?: string;
}

/** What is no variant; a kind that was not asked for is none of ours. */
function parseShared(children: readonly unknown[]): SharedParts {
  const parts: SharedParts = { media: [], collections: [] };
  for (const child of children) {
    const kind = kindOfNode(child);
    if (kind === 'ProductVariant') continue;
    if (kind === 'Collection') {
      const { data, error } = collectionSchema.safeParse(child);
      if (error !== undefined) return { ...parts, error, prefix: 'collections.' };
      parts.collections.push(data);
    } else {
      const { data, error } = mediaSchema.safeParse(child);
      if (error !== undefined) return { ...parts, error, prefix: 'media.' };
      parts.media.push(data);
    }
  }
  return parts;
}

function parseVariants(children: readonly unknown[], schemas: EntitySchemas) {
  const parsed: Variant[] = [];
  const faults: { readonly id: string | undefined; readonly error: z.ZodError }[] = [];
  for (const child of children) {
    if (kindOfNode(child) !== 'ProductVariant') continue;
    const { data, error } = schemas.variant.safeParse(child);
    if (error === undefined) parsed.push(data);
    else faults.push({ id: entitySchema.safeParse(child).data?.id, error });
  }
  return { parsed, faults };
}

function kindOfNode(node: unknown): string | undefined {
  const { data } = entitySchema.safeParse(node);
  return data && kindOf(data.id);
}

function byPosition(a: Variant, b: Variant): number {
  return (a.position ?? 0) - (b.position ?? 0) || byNumber(a.id, b.id);
}

/** Numbers of as many digits as there may be. */
function byNumber(a: string, b: string): number {
  const [left, right] = [numberOf(a), numberOf(b)];
  return left.length - right.length || (left < right ? -1 : Number(left > right));
}
