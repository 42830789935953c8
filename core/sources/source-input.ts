import * as z from 'zod';

import { freeObject, texts, withinBytes } from '../foundation/bounded-schemas.ts';
import { fileUrlSchema, urlSchema } from '../foundation/text-schemas.ts';
import { parseRecordPointer, POINTER_RULE } from './record-pointer.ts';

const FORBIDDEN_DELIMITERS: ReadonlySet<string> = new Set(['\r', '\n', '\uFFFD', ' ', '"']);

const text = z.string().min(1).max(1_000);
const longText = z.string().min(1).max(20_000);
const uniqueIDColumn = text;

const delimiter = z
  .string()
  .refine(
    (value) => [...value].length === 1 && !FORBIDDEN_DELIMITERS.has(value),
    'must be exactly one character, and none of carriage return, line feed, U+FFFD, space and "',
  );

const fileFields = {
  url: fileUrlSchema,
  uniqueIDColumn: uniqueIDColumn.optional(),
  method: z.enum(['GET', 'POST']).optional(),
};

const metafield = z.object({ namespace: text, key: text });

const locale = z
  .string()
  .regex(/^[a-z]{2}(?:-[A-Z]{2})?$/, 'must be a language, or a language and a country, such as fr or fr-FR');

const shopURL = text.refine(
  isStoreAddress,
  'must be the address of a Shopify store, such as https://my-store.myshopify.com',
);

const docker = z
  .object({
    image: text,
    configuration: freeObject,
    /** The older shape, in which an image is named with the registry that it comes from. */
    imageType: z.enum(['singer', 'custom', 'airbyte']).optional(),
    registry: z.enum(['dockerhub', 'ghcr']).optional(),
    version: text.optional(),
  })
  .superRefine(({ imageType, registry }, context) => {
    if ((imageType === undefined) === (registry === undefined)) return;
    const missing = imageType === undefined ? 'imageType' : 'registry';
    context.addIssue({
      code: 'custom',
      path: [missing],
      message: 'is required: imageType and registry are given together, or neither',
    });
  });

/** The input of each type, as a create must give it; sources of type push have none. */
export const sourceInputSchemas = {
  algoliaIndex: z.object({ indexName: z.string().min(1).max(256), filters: longText.optional() }),
  bigcommerce: z.object({
    storeHash: text,
    channel: z.object({ id: z.int(), currencies: texts.optional() }).optional(),
    customFields: texts.optional(),
    productMetafields: z.array(metafield).max(1_000).optional(),
    variantMetafields: z.array(metafield).max(1_000).optional(),
  }),
  bigquery: z.object({
    projectID: text,
    datasetID: text,
    dataType: z.enum(['ga4', 'ga360']).optional(),
    table: text.optional(),
    tablePrefix: text.optional(),
    customSQLRequest: longText.optional(),
    uniqueIDColumn: uniqueIDColumn.optional(),
  }),
  commercetools: z.object({
    storeKeys: texts.optional(),
    locales: z.array(locale).max(1_000).optional(),
    url: urlSchema,
    projectKey: text,
    fallbackIsInStockValue: z.boolean().optional(),
    productQueryPredicate: longText.optional(),
    useImagesObjects: z.boolean().optional(),
    customFields: z
      .object({
        inventory: texts.nullish(),
        price: texts.nullish(),
        category: texts.nullish(),
      })
      .optional(),
  }),
  csv: z.object({
    ...fileFields,
    mapping: withinBytes(
      z.record(z.string(), z.enum(['string', 'integer', 'float', 'boolean', 'json'])),
    ).optional(),
    delimiter: delimiter.optional(),
  }),
  docker,
  ga4BigqueryExport: z.object({ projectID: text, datasetID: text, tablePrefix: text }),
  json: z.object({
    ...fileFields,
    url: fileUrlSchema.refine((url) => parseRecordPointer(url) !== undefined, POINTER_RULE),
  }),
  shopify: z.object({ shopURL, featureFlags: freeObject.optional() }),
} as const;

function isStoreAddress(value: string): boolean {
  const address = value.includes('://') ? value : `https://${value}`;
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username, password } = new URL(address);
  return (
    ['http:', 'https:'].includes(protocol) && hostname.includes('.') && username === '' && password === ''
  );
}
