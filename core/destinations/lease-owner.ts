import type { DestinationType } from './destination.ts';

/**
 * Stands for an application in the lease of what is written: runs that do not disturb each other have different ones.
 * Events change no index: they wait for no run that writes it, only for each other.
 */
export function leaseOwnerOf(type: DestinationType, applicationID: string): string {
  return type === 'search' ? applicationID : `${type}:${applicationID}`;
}
