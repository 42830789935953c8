import * as z from 'zod';

import type { Procedure } from '../../../core/transformations/transformation.ts';
import type {
  TriedTransformation,
  TryTransformation,
} from '../../../core/transformations/try-transformation.ts';
import { invalidField } from '../../../core/foundation/validation.ts';
import { authenticationCreateSchema } from '../authentications/authentication-create-schema.ts';
import { procedureFields } from './transformation-create-schema.ts';

const MAX_SAMPLE_CHARACTERS = 1_000_000;
const MAX_AUTHENTICATIONS = 10;

/** A procedure, a record to try it on, and the secrets that it is to find: stored ones cannot be opened here. */
export const transformationTrySchema = z.object({
  ...procedureFields,
  sampleRecord: z
    .record(z.string(), z.unknown())
    .refine(
      (record) => JSON.stringify(record).length <= MAX_SAMPLE_CHARACTERS,
      'must be smaller than 1 MB of JSON',
    ),
  authentications: z.array(authenticationCreateSchema).max(MAX_AUTHENTICATIONS).optional(),
});

/** A failure of the transformation is an answer like any other. */
export const triedShape = z.object({
  payloads: z.array(z.string()),
  error: z.object({ code: z.int(), message: z.string() }).optional(),
});

type TryBody = z.output<typeof transformationTrySchema>;

/** Tries a procedure as a request asks for it. */
export async function tryProcedure(
  tryTransformation: TryTransformation,
  {
    appID,
    body,
    procedure,
  }: { readonly appID: string; readonly body: TryBody; readonly procedure: Procedure },
): Promise<TriedTransformation> {
  const { sampleRecord, authentications = [] } = body;
  return tryTransformation({ appID, procedure, sampleRecord, secrets: secretsOf(authentications) });
}

/** Of several secrets of one name the first counts, as in runs. */
function secretsOf(authentications: NonNullable<TryBody['authentications']>): Record<string, string> {
  const entries = authentications.toReversed().flatMap(({ type, input }, index) => {
    if (type === 'secrets') return Object.entries(input);
    const place = authentications.length - 1 - index;
    throw invalidField(`authentications[${place}].type`, 'must be secrets: transformations take no other');
  });
  return Object.fromEntries(entries);
}
