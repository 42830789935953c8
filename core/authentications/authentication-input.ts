import * as z from 'zod';

import { urlSchema } from '../foundation/text-schemas.ts';

export const AUTHENTICATION_TYPES = [
  'googleServiceAccount',
  'basic',
  'apiKey',
  'oauth',
  'algolia',
  'algoliaInsights',
  'secrets',
] as const;
export type AuthenticationType = (typeof AUTHENTICATION_TYPES)[number];

const MAX_FIELD_LENGTH = 20_000;
export const MAX_SECRETS = 100;

const text = z.string().min(1).max(MAX_FIELD_LENGTH);

const applicationID = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be an application ID: letters and digits');

/** The input of each type, as a create must give it. */
export const authenticationInputSchemas = {
  googleServiceAccount: z.object({ clientEmail: text, privateKey: text }),
  basic: z.object({ username: text, password: z.string().max(MAX_FIELD_LENGTH) }),
  apiKey: z.object({ key: text }),
  oauth: z.object({
    url: urlSchema,
    client_id: text.optional(),
    client_secret: text.optional(),
    code: text.optional(),
    scope: z.string().max(MAX_FIELD_LENGTH).optional(),
  }),
  algolia: z.object({ appID: applicationID, apiKey: text }),
  algoliaInsights: z.object({ appID: applicationID, apiKey: text }),
  secrets: z
    .record(z.string().min(1).max(256), z.string().max(MAX_FIELD_LENGTH))
    .refine(
      (fields) => Object.keys(fields).length <= MAX_SECRETS,
      `must have at most ${MAX_SECRETS} entries`,
    ),
} as const satisfies Readonly<
  Record<AuthenticationType, z.ZodType<Readonly<Record<string, string | undefined>>>>
>;

const SECRET_FIELDS: Readonly<Record<Exclude<AuthenticationType, 'secrets'>, readonly string[]>> = {
  googleServiceAccount: ['privateKey'],
  basic: ['password'],
  apiKey: ['key'],
  oauth: ['client_secret', 'code'],
  algolia: ['apiKey'],
  algoliaInsights: ['apiKey'],
};

/** Secret fields of which answers do not even say that they are there. */
const HIDDEN_FIELDS: ReadonlySet<string> = new Set(['code']);

/** Whether `field` of an authentication of this type is sealed at rest and null in answers. */
export function isSecretField(type: AuthenticationType, field: string): boolean {
  return type === 'secrets' || SECRET_FIELDS[type].includes(field);
}

/** What answers show: open fields as they are, secret ones as null, an authorization code not at all. */
export function toShownInput(
  input: Readonly<Record<string, string>>,
  secretFields: readonly string[],
): Record<string, string | null> {
  const shown = secretFields
    .filter((field) => !HIDDEN_FIELDS.has(field))
    .map((field) => [field, null] as const);
  return { ...input, ...Object.fromEntries(shown) };
}

/**
 * The schema of an update's input: every field may be absent, and null for a secret one, as it came in an answer,
 * leaves it as it is.
 */
export function updateInputSchema(
  type: AuthenticationType,
): z.ZodType<Readonly<Record<string, string | undefined>>> {
  if (type === 'secrets') return withoutNulls('secrets').pipe(authenticationInputSchemas.secrets);
  return withoutNulls(type).pipe(authenticationInputSchemas[type].partial());
}

function withoutNulls(type: AuthenticationType) {
  return z
    .record(z.string(), z.unknown())
    .transform((fields) =>
      Object.fromEntries(
        Object.entries(fields).filter(([field, value]) => !(value === null && isSecretField(type, field))),
      ),
    );
}
