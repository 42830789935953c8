import { indexNameOf, type Destination } from '../destinations/destination.ts';
import { InvalidInputError } from '../foundation/errors.ts';
import { requireConnector } from '../sources/require-connector.ts';
import type { Source } from '../sources/source.ts';
import type { Task } from './task.ts';

/** Refuses to run what cannot be run yet, and says what that is: anything that the API names can be stored. */
export function requireRunnable(parts: {
  readonly task: Task;
  readonly source: Source;
  readonly destination: Destination;
}): void {
  const { task, source, destination } = parts;
  requireConnector(source);
  if (destination.type !== 'search') {
    throw new InvalidInputError(
      'task.unsupported_destination',
      `The task cannot be run: destinations of type ${destination.type} are not supported yet; supported: search.`,
    );
  }
  if (destination.authenticationID === undefined) {
    throw new InvalidInputError(
      'task.destination_without_authentication',
      `The destination ${task.destinationID} has no authenticationID, so a run could not write to its index ` +
        `${indexNameOf(destination, source.type)}: update it with an authentication of type algolia.`,
    );
  }
}
