import type { OpenedAuthentication } from '../../contract/source-connector.ts';
import { SourceError } from '../../../core/runs/source-error.ts';

const PLACEHOLDER = /\$\{([A-Za-z0-9_.-]{1,200})\}/gu;
/** Shorter ones would blot out half of every sentence. */
const MIN_SECRET_LENGTH = 4;

/** The configuration with the fields of the source's authentication in place of `${field}`, in whatever text of it. */
export function fillConfiguration(
  configuration: Readonly<Record<string, unknown>>,
  authentication: OpenedAuthentication | undefined,
): string {
  // Whoever has no authentication may have such texts for reasons of their own.
  if (authentication === undefined) return JSON.stringify(configuration);
  const fields = textsOf(authentication);
  const fill = (_: string, value: unknown): unknown =>
    typeof value === 'string'
      ? value.replaceAll(PLACEHOLDER, (_all, name: string) => fieldOf(fields, name))
      : value;
  return JSON.stringify(configuration, fill);
}

/** Makes texts of a connector fit to be shown: what its authentication holds is blotted out. */
export function createBlotter(authentication: OpenedAuthentication | undefined): (text: string) => string {
  const secrets = secretTextsOf(authentication);
  return (text) => secrets.reduce((left, secret) => left.replaceAll(secret, '[secret]'), text);
}

/** What an authentication holds that must not be shown, in the ways in which it may be written; longest first. */
export function secretTextsOf(authentication: OpenedAuthentication | undefined): string[] {
  return [...textsOf(authentication).values()]
    .filter(({ isSecret, text }) => isSecret && text.length >= MIN_SECRET_LENGTH)
    .flatMap(({ text }) => [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)])
    .toSorted((one, other) => other.length - one.length);
}

function textsOf(
  authentication: OpenedAuthentication | undefined,
): Map<string, { text: string; isSecret: boolean }> {
  return new Map(
    Object.entries(authentication?.input ?? {}).map(([name, value]) => [
      name,
      typeof value === 'string' ? { text: value, isSecret: false } : { text: value.reveal(), isSecret: true },
    ]),
  );
}

function fieldOf(fields: ReadonlyMap<string, { text: string }>, name: string): string {
  const field = fields.get(name);
  if (field !== undefined) return field.text;
  const known = [...fields.keys()].join(', ') || 'none';
  throw new SourceError(
    'docker.unknown_field',
    `The configuration names the field ${name} of the source's authentication, which has: ${known}.`,
  );
}
