import { expect, test } from 'vitest';
import { limitSecondsOf } from '../../../core/runs/check-source.ts';

test.each([
  ['validate', 'csv', 20],
  ['validate', 'docker', 120],
  ['discover', 'docker', 120],
] as const)('a run of type %s has, for a source of type %s, %i seconds', (type, source, seconds) => {
  expect(limitSecondsOf({ type, checkedSource: JSON.stringify({ type: source, input: {} }) })).toBe(seconds);
});

test('to see to webhooks at a vendor has 20 seconds', () => {
  expect(limitSecondsOf({ type: 'validate' })).toBe(20);
});
