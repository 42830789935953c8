import { expect, test } from 'vitest';

import { findDestinationConnector } from '../../../connectors/destinations/registry.ts';
import { destinationTypeSchema } from '../../../core/destinations/destination.ts';
import { leaseOwnerOf } from '../../../core/destinations/lease-owner.ts';

test.each(destinationTypeSchema.options)('the registry of destinations holds %s under its type', (type) => {
  expect(findDestinationConnector(type).type).toBe(type);
});

test('a run of events waits for no run that writes the index', () => {
  const owners = destinationTypeSchema.options.map((type) => leaseOwnerOf(type, 'APP'));
  expect(new Set(owners).size).toBe(owners.length);
});
