import * as z from 'zod';

/** What the connector needs of a source's input. The API's own schema (`core/sources/source-input.ts`) may ask for more. */
export const templateInputSchema = z.object({
  shop: z.string().min(1),
});

export type TemplateInput = z.infer<typeof templateInputSchema>;
