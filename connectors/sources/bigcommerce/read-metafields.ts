import { SourceError } from '../../../core/runs/source-error.ts';
import { chunksOf, PAGE_LIMIT, type BigCommerceApi } from './bigcommerce-api.ts';
import type { MetafieldName } from './bigcommerce-input.ts';
import { metafieldSchema } from './catalog-answers.ts';

/** A filter that makes the URL longer than this is left out: what is not wanted is then sent and dropped. */
const MAX_FILTER_LENGTH = 1_000;

/** `{ namespace: { key: value } }` */
export type Metafields = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The wanted metafields of each product or variant that has any; several apps may have one each of a name: the newest counts. */
export async function readMetafields(
  api: BigCommerceApi,
  {
    of,
    names,
    ids,
  }: { of: 'products' | 'variants'; names: readonly MetafieldName[]; ids: readonly number[] },
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Metafields>> {
  const found = new Map<number, Map<string, { id: number; value: string }>>();
  if (names.length === 0) return new Map();
  const filters = {
    'namespace:in': toFilter(names.map(({ namespace }) => namespace)),
    'key:in': toFilter(names.map(({ key }) => key)),
  };
  for (const chunk of chunksOf(ids, PAGE_LIMIT)) {
    const query = { ...filters, 'resource_id:in': chunk.join(',') };
    const asked = new Set(chunk);
    const path = `/catalog/${of}/metafields`;
    for await (const field of api.list({ path, query, schema: metafieldSchema, signal })) {
      // Without the filter every page of products would bring the metafields of the whole catalog.
      if (!asked.has(field.resource_id)) throw unfiltered(path);
      const own = found.get(field.resource_id) ?? new Map<string, { id: number; value: string }>();
      found.set(field.resource_id, own);
      const name = nameOf(field);
      if ((own.get(name)?.id ?? -1) < field.id) own.set(name, { id: field.id, value: field.value });
    }
  }
  return new Map([...found].map(([id, values]) => [id, nest(names, values)]));
}

function nest(
  names: readonly MetafieldName[],
  values: ReadonlyMap<string, { readonly value: string }>,
): Metafields {
  const namespaces = new Map<string, [string, string][]>();
  for (const name of names) {
    const value = values.get(nameOf(name))?.value;
    if (value === undefined) continue;
    namespaces.set(name.namespace, [...(namespaces.get(name.namespace) ?? []), [name.key, value]]);
  }
  return Object.fromEntries(
    [...namespaces].map(([namespace, entries]) => [namespace, Object.fromEntries(entries)]),
  );
}

function nameOf({ namespace, key }: MetafieldName): string {
  return JSON.stringify([namespace, key]);
}

/** A list for the vendor, which separates by commas and knows no way to write one. */
function toFilter(values: readonly string[]): string | undefined {
  const filter = [...new Set(values)].join(',');
  const isSayable = filter.length <= MAX_FILTER_LENGTH && values.every((value) => !value.includes(','));
  return isSayable ? filter : undefined;
}

function unfiltered(path: string): SourceError {
  return new SourceError(
    'source.invalid_answer',
    `BigCommerce answered ${path} with metafields of others than were asked for.`,
  );
}
