import type { Product } from './catalog-answers.ts';
import { translationOf } from './market-fields.ts';
import type { ReadingScope } from './reading-scope.ts';

type Node = Readonly<Record<string, unknown>>;

/** What records call the texts, by the keys of Shopify's translations. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  title: 'title',
  handle: 'handle',
  body_html: 'description_html',
  product_type: 'product_type',
  meta_title: 'meta_title',
  meta_description: 'meta_description',
};

/** The names that options and their values have in the language of the reading. */
export interface OptionNames {
  nameOf(option: string): string;
  valueOf(option: string, value: string): string;
}

/** A text of a node in the language of the reading; nothing where it has none, or where that is the store's own. */
export function translateNode(node: Node, { locales }: ReadingScope): (key: string) => string | undefined {
  if (locales.length !== 1) return () => undefined;
  const translation = translationOf(node, 0);
  return (key) => translation.get(key);
}

/** All texts of a node by locale, where the reading is in several. */
export function translationsOf(
  node: Node,
  { locales }: ReadingScope,
): Record<string, Record<string, string>> | undefined {
  if (locales.length < 2) return undefined;
  return Object.fromEntries(
    locales.map((locale, index) => {
      const texts = translationOf(node, index);
      const named = Object.entries(ATTRIBUTES).flatMap(([key, attribute]) => {
        const text = texts.get(key);
        return text === undefined ? [] : [[attribute, text] as const];
      });
      return [locale, Object.fromEntries(named)];
    }),
  );
}

export function translateOptions(options: NonNullable<Product['options']>, scope: ReadingScope): OptionNames {
  const names = new Map<string, { readonly name: string; readonly values: ReadonlyMap<string, string> }>();
  for (const option of options) {
    const values = option.optionValues.map(
      (value) => [value.name, translateNode(value, scope)('name') ?? value.name] as const,
    );
    const name = translateNode(option, scope)('name') ?? option.name;
    names.set(option.name, { name, values: new Map(values) });
  }
  return {
    nameOf: (option) => names.get(option)?.name ?? option,
    valueOf: (option, value) => names.get(option)?.values.get(value) ?? value,
  };
}
