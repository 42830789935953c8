/** Shorter ones are in too many words to be told apart from them. */
const MIN_LENGTH = 4;

/** Takes secrets out of what strangers' code prints and throws, so that none gets into events by mistake. */
export function createMask(secrets: readonly string[]): (text: string) => string {
  // The longest first: one may be part of another.
  const hidden = secrets.filter(({ length }) => length >= MIN_LENGTH).sort((a, b) => b.length - a.length);
  return (text) => hidden.reduce((masked, secret) => masked.replaceAll(secret, '[secret]'), text);
}
