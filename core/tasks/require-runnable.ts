import { indexNameOf, type Destination } from '../destinations/destination.ts';
import { InvalidInputError } from '../foundation/errors.ts';
import { requireConnector } from '../sources/require-connector.ts';
import type { Source } from '../sources/source.ts';
import type { Task } from './task.ts';

const SUPPORTED_ACTIONS: readonly Task['action'][] = ['replace', 'save', 'partial'];

/** Refuses to run what cannot be run yet, and says what that is: anything that the API names can be stored. */
export function requireRunnable(parts: {
  readonly task: Task;
  readonly source: Source;
  readonly destination: Destination;
}): void {
  const { task, source, destination } = parts;
  requireConnector(source);
  if (!SUPPORTED_ACTIONS.includes(task.action)) {
    throw unsupported(
      'action',
      `the action ${task.action} is not supported yet; supported: ${SUPPORTED_ACTIONS.join(', ')}`,
    );
  }
  if (destination.type !== 'search') {
    throw unsupported(
      'destination',
      `destinations of type ${destination.type} are not supported yet; supported: search`,
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

function unsupported(subject: string, problem: string): InvalidInputError {
  return new InvalidInputError(`task.unsupported_${subject}`, `The task cannot be run: ${problem}.`);
}
