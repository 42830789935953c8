import type { Destination } from '../../core/destinations/destination.ts';
import { AttributeExclusion } from '../../core/records/attribute-exclusion.ts';

/** What the destination excludes, for the records of one run; nothing where it excludes nothing. */
export function openExclusion({ input }: Pick<Destination, 'input'>): AttributeExclusion | undefined {
  const { attributesToExclude = [] } = input;
  return attributesToExclude.length === 0 ? undefined : new AttributeExclusion(attributesToExclude);
}
