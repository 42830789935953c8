import * as z from 'zod';

/** Deeper paths than this are refused: each level costs a look at every attribute of its object. */
const MAX_LEVELS = 20;
const MAX_LENGTH = 1_000;
const MAX_PATHS = 1_000;

const ELEMENT = /^\[(?:\d{1,9}|\*)\]$/;

const attributePathSchema = z
  .string()
  .min(1)
  .max(MAX_LENGTH)
  .refine((path) => path.split('.').length <= MAX_LEVELS, `must have at most ${MAX_LEVELS} levels`)
  .refine(
    (path) => !isElement(path.split('.').at(-1) ?? '') && !isElement(path.split('.')[0] ?? ''),
    'must begin and end with the name of an attribute, as in foo.[0].bar',
  );

/** Paths of attributes: `foo`, `foo.bar`, `foo.[0].bar` in one element of an array, `foo.[*].bar` in all. */
export const attributePathsSchema = z.array(attributePathSchema).max(MAX_PATHS);

/** Where a path has come to: what it names next in an object, and in an array. */
export interface PathPlace {
  /** A name may hold dots itself: every way to read the path's beginning as one. */
  readonly names: readonly PathName[];
  readonly element?: PathElement;
}

interface PathName {
  readonly bytes: Buffer;
  /** Absent where the path ends: the attribute is meant. */
  readonly next?: PathPlace;
}

interface PathElement {
  /** All elements without. */
  readonly index?: number;
  readonly next: PathPlace;
}

/** The beginning of a path that the schema accepts. */
export function parseAttributePath(path: string): PathPlace {
  const levels = path.split('.');
  const places: PathPlace[] = [];
  for (let at = levels.length - 1; at >= 0; at -= 1) {
    const names = levels.slice(at).map((_, count): PathName => {
      const next = places[at + count + 1];
      const bytes = Buffer.from(levels.slice(at, at + count + 1).join('.'));
      return next === undefined ? { bytes } : { bytes, next };
    });
    const element = elementAt(levels[at] ?? '', places[at + 1]);
    places[at] = element === undefined ? { names } : { names, element };
  }
  return places[0] ?? { names: [] };
}

function elementAt(level: string, next: PathPlace | undefined): PathElement | undefined {
  if (next === undefined || !isElement(level)) return undefined;
  const index = level.slice(1, -1);
  return index === '*' ? { next } : { index: Number(index), next };
}

function isElement(level: string): boolean {
  return ELEMENT.test(level);
}
