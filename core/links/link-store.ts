import { ResourceStore, type StoreDependencies } from '../resources/resource-store.ts';
import { linkSchema, type Link } from './link.ts';

export type LinkStore = ResourceStore<Link>;

export function createLinkStore(dependencies: StoreDependencies): LinkStore {
  return new ResourceStore(dependencies, {
    kind: 'link',
    bodySchema: linkSchema,
    referencesOf: () => [],
    attributesOf: ({ region }) => ({ region }),
  });
}
