import * as z from 'zod';

/** What the connector needs of a source's input. Flags are kept as they are given: none changes what is read. */
export const shopifyInputSchema = z.object({
  shopURL: z.string().refine((url) => hostOf(url) !== undefined, 'must be the address of a Shopify store'),
  featureFlags: z.record(z.string(), z.unknown()).optional(),
});

/** The input of a `shopify` source. */
export type ShopifyInput = z.infer<typeof shopifyInputSchema>;

/** Where the store is reached: always by https, whatever the source says. */
export function originOf({ shopURL }: ShopifyInput): string {
  return `https://${hostOf(shopURL)}`;
}

function hostOf(address: string): string | undefined {
  const url = address.includes('://') ? address : `https://${address}`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}
