import type { Destination } from '../destinations/destination.ts';
import { InvalidInputError } from '../foundation/errors.ts';
import type { EntityType } from '../runs/run-entities.ts';

/**
 * Whether the records of a destination stand for entities of this type, products unless said: ids of products mean
 * nothing in an index of collections, where another record may have the same id.
 */
export function fitsEntities(
  { input }: Pick<Destination, 'input'>,
  entityType: EntityType = 'product',
): boolean {
  return (input.recordType === 'collection') === (entityType === 'collection');
}

/** Refuses to fetch entities that no record of the destination stands for. */
export function requireEntityFit(
  destination: Pick<Destination, 'input'>,
  entityType: EntityType = 'product',
): void {
  if (fitsEntities(destination, entityType)) return;
  throw new InvalidInputError(
    'task.entities_do_not_fit',
    `The records of the task's destination are ${destination.input.recordType ?? 'product'} records, ` +
      `so single entities of type ${entityType} cannot be fetched for it: run the whole task.`,
  );
}
