import { expect, test } from 'vitest';
import { readWindow, toListed, toWindowShape } from '../../lambdas/api/window.ts';

const NOW = new Date('2026-03-01T10:00:00.000Z');
const HOUR = 3_600_000;

test('without an end, what a clock that is ahead has just made is listed; what is shown ends now', () => {
  const window = readWindow({}, HOUR, NOW);
  expect(toListed(window, {}).endDate.getTime()).toBeGreaterThan(NOW.getTime() + 60_000);
  expect(toListed(window, {}).startDate).toEqual(new Date(NOW.getTime() - HOUR));
  expect(toWindowShape(window).endDate).toMatch(/^2026-03-01T10:00:00/);
});

test('an end that is asked for is kept to', () => {
  const query = { endDate: new Date(NOW.getTime() - HOUR) };
  expect(toListed(readWindow(query, HOUR, NOW), query).endDate).toEqual(query.endDate);
});
