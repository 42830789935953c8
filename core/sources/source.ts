import * as z from 'zod';

import { SOURCE_TYPES, sourceInputSchemas, SUPPORTED_SOURCE_TYPES } from './source-input.ts';

/**
 * A union over what can be created so far, which says of the other types that they are known but not supported yet.
 * `fields` are those that every type has.
 */
export function sourceUnion<Fields extends z.ZodRawShape>(fields: Fields) {
  return z.discriminatedUnion(
    'type',
    [
      z.object({ ...fields, type: z.literal('csv'), input: sourceInputSchemas.csv }),
      z.object({ ...fields, type: z.literal('json'), input: sourceInputSchemas.json }),
    ],
    { error: ({ code, input }) => (code === 'invalid_union' ? describeType(input) : undefined) },
  );
}

/** What is stored of a source. */
export const sourceSchema = sourceUnion({ name: z.string(), authenticationID: z.string().optional() });

export type Source = z.output<typeof sourceSchema>;

const knownTypeSchema = z.object({ type: z.enum(SOURCE_TYPES) });

function describeType(input: unknown): string | undefined {
  const known = knownTypeSchema.safeParse(input);
  if (!known.success) return undefined;
  return `sources of type ${known.data.type} are not supported yet; supported: ${SUPPORTED_SOURCE_TYPES.join(', ')}`;
}
