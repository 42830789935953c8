import * as z from 'zod';

import { authenticationInputSchemas } from '../../../core/authentications/authentication-input.ts';
import { platformSchema } from '../../../core/authentications/authentication.ts';
import { withinBytes } from '../../../core/foundation/bounded-schemas.ts';
import { nameSchema } from '../../../core/foundation/text-schemas.ts';

const fields = { name: nameSchema, platform: platformSchema.optional() };
const inputs = authenticationInputSchemas;

/** A new authentication: each type with its own input. */
export const authenticationCreateSchema = z.discriminatedUnion('type', [
  z.object({
    ...fields,
    type: z.literal('googleServiceAccount'),
    input: withinBytes(inputs.googleServiceAccount),
  }),
  z.object({ ...fields, type: z.literal('basic'), input: withinBytes(inputs.basic) }),
  z.object({ ...fields, type: z.literal('apiKey'), input: withinBytes(inputs.apiKey) }),
  z.object({ ...fields, type: z.literal('oauth'), input: withinBytes(inputs.oauth) }),
  z.object({ ...fields, type: z.literal('algolia'), input: withinBytes(inputs.algolia) }),
  z.object({ ...fields, type: z.literal('algoliaInsights'), input: withinBytes(inputs.algoliaInsights) }),
  z.object({ ...fields, type: z.literal('secrets'), input: withinBytes(inputs.secrets) }),
]);
