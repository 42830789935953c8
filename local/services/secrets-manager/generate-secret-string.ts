import { randomInt } from 'node:crypto';
import * as z from 'zod';
import { AwsError } from '../protocol/aws-error.ts';

const LOWERCASE = 'abcdefghijklmnopqrstuvwxyz';
const UPPERCASE = LOWERCASE.toUpperCase();
const NUMBERS = '0123456789';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html */
export const passwordSchema = z.strictObject({
  PasswordLength: z.int().min(1).max(4096).default(32),
  ExcludeCharacters: z.string().max(4096).default(''),
  ExcludeLowercase: z.boolean().default(false),
  ExcludeUppercase: z.boolean().default(false),
  ExcludeNumbers: z.boolean().default(false),
  ExcludePunctuation: z.boolean().default(false),
  IncludeSpace: z.boolean().default(false),
  RequireEachIncludedType: z.boolean().default(true),
});

const generateSchema = passwordSchema.extend({
  SecretStringTemplate: z.string().optional(),
  GenerateStringKey: z.string().optional(),
});
/** CloudFormation's `GenerateSecretString` property of AWS::SecretsManager::Secret. */
export type GenerateSecretString = z.input<typeof generateSchema>;

/**
 * The secret string that CloudFormation would make: a random password, put under `GenerateStringKey` into the JSON
 * object `SecretStringTemplate` if there is one. An option that CloudFormation does not know is an error.
 */
export function generateSecretString(options: GenerateSecretString): string {
  const parsed = generateSchema.safeParse(options);
  if (!parsed.success) throw new Error(`GenerateSecretString is not valid: ${z.prettifyError(parsed.error)}`);
  const { SecretStringTemplate: template, GenerateStringKey: key, ...password } = parsed.data;
  if (template === undefined && key === undefined) return generatePassword(password);
  if (template === undefined || key === undefined) {
    throw new Error('GenerateSecretString needs SecretStringTemplate and GenerateStringKey together.');
  }
  const base = z.record(z.string(), z.unknown()).parse(JSON.parse(template));
  return JSON.stringify({ ...base, [key]: generatePassword(password) });
}

/** A random password of the character types that are not excluded, each at least once unless told otherwise. */
export function generatePassword(options: z.output<typeof passwordSchema>): string {
  const types = [
    options.ExcludeLowercase ? '' : LOWERCASE,
    options.ExcludeUppercase ? '' : UPPERCASE,
    options.ExcludeNumbers ? '' : NUMBERS,
    options.ExcludePunctuation ? '' : PUNCTUATION,
    options.IncludeSpace ? ' ' : '',
  ]
    .map((type) => [...type].filter((character) => !options.ExcludeCharacters.includes(character)))
    .filter((type) => type.length > 0);
  const alphabet = types.flat();
  const required = options.RequireEachIncludedType ? types : [];
  if (alphabet.length === 0 || required.length > options.PasswordLength) {
    throw new AwsError(
      'InvalidParameterException',
      'No password has this length without the excluded characters.',
    );
  }
  const characters = required.map((type) => pick(type));
  while (characters.length < options.PasswordLength) characters.push(pick(alphabet));
  return shuffle(characters).join('');
}

function pick(characters: readonly string[]): string {
  return characters[randomInt(characters.length)] ?? '';
}

/** Fisher and Yates's, with the secure generator: the required characters must not stand at the front. */
function shuffle(characters: string[]): string[] {
  const rest = [...characters];
  const shuffled: string[] = [];
  while (rest.length > 0) shuffled.push(...rest.splice(randomInt(rest.length), 1));
  return shuffled;
}
