import type { MappedRecord } from '../../paged/object-batch.ts';
import { pickFields, type Category } from './catalog-answers.ts';
import { localize, translate } from './localize.ts';

interface CategoryOptions {
  readonly locales: readonly string[];
  /** Names of those that the source wants. */
  readonly customFields: readonly string[] | null | undefined;
}

/** `{ lvl0: ['Home'], lvl1: ['Home > Lamps'] }` */
type Levels = Record<string, string[]>;

/** What the record of a product says of its categories. */
export function mapCategories(
  paths: readonly (readonly Category[])[],
  { locales, customFields }: CategoryOptions,
): Record<string, unknown> {
  const own = paths.flatMap((path) => path.at(-1) ?? []);
  const fields = own.flatMap(({ id, custom }) => {
    const picked = pickFields(custom, customFields);
    return picked === undefined ? [] : [[id, picked] as const];
  });
  return {
    categoryIDs: own.map(({ id }) => id),
    categoryKeys: own.flatMap(({ key }) => key ?? []),
    categories: levelsOf(paths, locales),
    categoryCustomFields: fields.length === 0 ? undefined : Object.fromEntries(fields),
  };
}

/** The record of a category. */
export function mapCategory(
  category: Category,
  path: readonly Category[],
  { locales, customFields }: CategoryOptions,
): MappedRecord {
  return {
    objectID: category.id,
    attributes: {
      key: category.key,
      externalID: category.externalId,
      name: localize(category.name, locales),
      slug: localize(category.slug, locales),
      description: localize(category.description, locales),
      metaTitle: localize(category.metaTitle, locales),
      metaDescription: localize(category.metaDescription, locales),
      categories: levelsOf([path], locales),
      parentID: category.parent?.id,
      ancestorIDs: category.ancestors.map(({ id }) => id),
      orderHint: category.orderHint,
      createdAt: category.createdAt,
      lastModifiedAt: category.lastModifiedAt,
      customFields: pickFields(category.custom, customFields),
    },
  };
}

/** Of one locale alone, else by locale: those of the source, or all that a category is named in. */
function levelsOf(
  paths: readonly (readonly Category[])[],
  locales: readonly string[],
): Levels | Record<string, Levels> {
  const [only] = locales;
  if (only !== undefined && locales.length === 1) return levelsIn(only, paths);
  const named = locales.length > 0 ? locales : paths.flat().flatMap(({ name }) => Object.keys(name));
  return Object.fromEntries([...new Set(named)].map((locale) => [locale, levelsIn(locale, paths)]));
}

function levelsIn(locale: string, paths: readonly (readonly Category[])[]): Levels {
  const levels: Levels = {};
  for (const path of paths) {
    const names = path.map(({ id, name }) => translate(name, locale) ?? id);
    for (const [depth] of names.entries()) {
      const level = (levels[`lvl${depth}`] ??= []);
      const text = names.slice(0, depth + 1).join(' > ');
      if (!level.includes(text)) level.push(text);
    }
  }
  return levels;
}
