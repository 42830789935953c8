import type { Localized } from './catalog-answers.ts';

/** A locale as commercetools writes them: de, de-AT, zh-Hans-CN. */
const LOCALE = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/;

/**
 * A text as records hold it: by locale, or the text alone where there is one locale. What is not translated is in
 * another language then, as in the vendor's own projection.
 */
export function localize(
  text: Localized | undefined,
  locales: readonly string[],
): string | Localized | undefined {
  if (text === undefined) return undefined;
  const [locale] = locales;
  if (locale === undefined) return text;
  if (locales.length === 1) return translate(text, locale);
  return Object.fromEntries(
    locales.flatMap((each) => (text[each] === undefined ? [] : [[each, text[each]]])),
  );
}

/** The text in a locale, else in its language, else in the first there is. */
export function translate(text: Localized, locale: string): string | undefined {
  return text[locale] ?? text[locale.split('-')[0] ?? ''] ?? Object.values(text)[0];
}

/** Whether a value can only be a text in several languages. */
export function isLocalized(value: object): value is Localized {
  const entries = Object.entries(value);
  return (
    entries.length > 0 && entries.every(([locale, text]) => LOCALE.test(locale) && typeof text === 'string')
  );
}
