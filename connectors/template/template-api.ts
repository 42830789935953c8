import * as z from 'zod';
import { SourceError } from '../../core/runs/source-error.ts';
import type { SourceContext } from '../contract/source-connector.ts';
import { createVendorClient, type VendorClient } from '../vendor/vendor-client.ts';
import type { TemplateInput } from './template-input.ts';

/** Where the vendor answers; `vendorHosts.template` of a deployment overrides it. */
const BASE_URL = 'https://api.vendor.example';
/** The largest page that the vendor gives (name the page of its reference where that stands). */
const PAGE_SIZE = 100;

// Loose: a member that the vendor adds tomorrow is no error.
const thingSchema = z.looseObject({ id: z.int(), title: z.string(), price: z.number().nullish() });
export type Thing = z.infer<typeof thingSchema>;

const thingsSchema = z.object({ things: z.array(thingSchema) });

/** One reading's connection to the vendor. */
export interface TemplateApi {
  /** Things after an id, in the order of their ids: a page that is asked for by key stays right when others change. */
  listThings(
    afterID: number,
    signal: AbortSignal,
  ): Promise<{ things: Thing[]; isLast: boolean; sizeBytes: number }>;
  findThings(ids: readonly string[], signal: AbortSignal): Promise<Thing[]>;
  close(): void;
}

export function openTemplateApi(context: SourceContext<TemplateInput>): TemplateApi {
  const client = createVendorClient({
    vendor: 'The vendor',
    network: context.network,
    clock: context.clock,
    timeouts: context.timeouts,
    authorize: async () => ({ authorization: `Bearer ${keyOf(context)}` }),
    accessAdvice: 'Check the key of the authentication, and that it may read things.',
  });
  const base = `${context.vendorHosts['template'] ?? BASE_URL}/shops/${encodeURIComponent(context.input.shop)}/things`;
  return {
    listThings: async (afterID, signal) => {
      const url = `${base}?after=${afterID}&limit=${PAGE_SIZE}`;
      const { things, sizeBytes } = await request(client, url, signal);
      return { things, isLast: things.length < PAGE_SIZE, sizeBytes };
    },
    findThings: async (ids, signal) => {
      const url = `${base}?ids=${ids.map(encodeURIComponent).join(',')}`;
      return (await request(client, url, signal)).things;
    },
    close: () => client.close(),
  };
}

async function request(client: VendorClient, url: string, signal: AbortSignal) {
  const { body, sizeBytes } = await client.send({ url, signal });
  const { success, data, error } = thingsSchema.safeParse(body);
  if (success) return { ...data, sizeBytes };
  const field = error.issues[0]?.path.join('.') ?? '';
  throw new SourceError(
    'source.invalid_answer',
    `The vendor answered with things whose ${field} is not as documented.`,
  );
}

function keyOf({ authentication }: SourceContext<TemplateInput>): string {
  const key = authentication?.input['key'];
  if (typeof key === 'object') return key.reveal();
  throw new SourceError(
    'source.access_denied',
    'The source has no key: give it an authentication of type apiKey, with a key that may read things.',
  );
}
