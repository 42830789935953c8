import type { Destination } from '../destinations/destination.ts';
import { invalidField } from '../foundation/validation.ts';
import type { Task } from './task.ts';

/** Refuses actions that a destination cannot take: events are only ever added, never replaced or changed. */
export function requireAction(action: Task['action'], { type }: Pick<Destination, 'type'>): void {
  if (type === 'insights' && action !== 'append') {
    throw invalidField('action', 'must be append for destinations of type insights');
  }
}
