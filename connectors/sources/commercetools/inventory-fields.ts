import { inventorySchema, pickFields } from './catalog-answers.ts';
import { isOneOf, MAX_LIMIT, NAMES_PER_REQUEST, type CommercetoolsApi } from './commercetools-api.ts';

/** Of one supply channel, or of none. */
interface InventoryFields {
  readonly supplyChannelID?: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The wanted custom fields of the inventory entries of these SKUs, by SKU. Nothing is asked where none are wanted. */
export async function readInventoryFields(
  api: CommercetoolsApi,
  { skus, names }: { skus: readonly string[]; names: readonly string[] | null | undefined },
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly InventoryFields[]>> {
  const found = new Map<string, InventoryFields[]>();
  if (!names || names.length === 0) return found;
  for (let from = 0; from < skus.length; from += NAMES_PER_REQUEST) {
    const where = [isOneOf('sku', skus.slice(from, from + NAMES_PER_REQUEST))];
    for (let after: string | undefined, isLast = false; !isLast;) {
      const page = await api.page({ path: '/inventory', where, after, limit: MAX_LIMIT, signal });
      for (const item of page.items) {
        const { data } = inventorySchema.safeParse(item);
        const fields = pickFields(data?.custom, names);
        if (data === undefined || fields === undefined) continue;
        const others = found.get(data.sku) ?? [];
        found.set(data.sku, [...others, { supplyChannelID: data.supplyChannel?.id, fields }]);
      }
      after = page.last;
      isLast = after === undefined;
    }
  }
  return found;
}
