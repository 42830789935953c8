/** Paths that need no key. */
export const PUBLIC_PATHS = ['/ext/1/openapi.json', '/ext/1/docs'] as const;
export type PublicPath = (typeof PUBLIC_PATHS)[number];

export function isPublicPath(path: string): path is PublicPath {
  return PUBLIC_PATHS.some((known) => known === path);
}
