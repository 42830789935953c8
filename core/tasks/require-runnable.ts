import {
  DESTINATION_AUTHENTICATION_TYPES,
  indexNameOf,
  type Destination,
} from '../destinations/destination.ts';
import { InvalidInputError } from '../foundation/errors.ts';
import { addMapping } from '../mappings/mapping-stage.ts';
import { requireConnector } from '../sources/require-connector.ts';
import type { Source } from '../sources/source.ts';
import { requireAction } from './require-action.ts';
import type { Task } from './task.ts';

/** Refuses to run what cannot be run yet, and says what that is: anything that the API names can be stored. */
export function requireRunnable(parts: {
  readonly task: Task;
  readonly source: Source;
  readonly destination: Destination;
}): void {
  const { task, source, destination } = parts;
  requireConnector(source);
  requireAction(task.action, destination);
  // Any mapping can be stored; what no run could follow shows here.
  addMapping(task.input, undefined);
  if (destination.authenticationID === undefined) {
    throw new InvalidInputError(
      'task.destination_without_authentication',
      `The destination ${task.destinationID} has no authenticationID, so a run could not write to its index ` +
        `${indexNameOf(destination, source.type)}: update it with an authentication of type ${DESTINATION_AUTHENTICATION_TYPES[destination.type].join(' or ')}.`,
    );
  }
}
