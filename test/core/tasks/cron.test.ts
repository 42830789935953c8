import { expect, test } from 'vitest';

import { cronSchema, isInstantOf, lastInstantUpTo, nextRunAfter } from '../../../core/tasks/cron.ts';

const FIVE_FIELDS =
  'must be a cron expression of five fields (minute, hour, day of month, month, day of week), such as 0 3 * * *';

test.for([
  ['* * * * * *', FIVE_FIELDS],
  ['0 3 * *', FIVE_FIELDS],
  ['', FIVE_FIELDS],
  ['@daily', FIVE_FIELDS],
  ['60 * * * *', 'the field minute (60): takes 0 to 59'],
  ['-5 * * * *', 'the field minute (-5): takes 0 to 59'],
  ['1,,2 * * * *', 'the field minute (1,,2): takes values, ranges such as 1-5 and steps such as */5'],
  ['*/ * * * *', 'the field minute (*/): takes values, ranges such as 1-5 and steps such as */5'],
  ['*/0 * * * *', 'the field minute (*/0): a step must be between 1 and 60'],
  ['5/15 * * * *', 'the field minute (5/15): a step must follow * or a range, such as 5-59/15'],
  ['1-2-3 * * * *', 'the field minute (1-2-3): a range has two ends, such as 1-5'],
  ['* 24 * * *', 'the field hour (24): takes 0 to 23'],
  [
    '* 22-2 * * *',
    'the field hour (22-2): a range must not end before it begins: write it as two, separated by a comma',
  ],
  ['* * 0 * *', 'the field day of month (0): takes 1 to 31'],
  ['* * L * *', 'the field day of month (L): takes 1 to 31'],
  ['* * 15W * *', 'the field day of month (15W): takes 1 to 31'],
  ['* * ? * *', 'the field day of month (?): takes 1 to 31'],
  ['* * * 13 *', 'the field month (13): takes 1 to 12 or JAN to DEC'],
  ['* * * * 8', 'the field day of week (8): takes 0 to 7 or SUN to SAT'],
  ['* * * * 1#2', 'the field day of week (1#2): takes 0 to 7 or SUN to SAT'],
  ['0 0 30 2 *', 'the day of month (30) is in none of its months (2)'],
  ['0 0 31 4,6,9,11 *', 'the day of month (31) is in none of its months (4,6,9,11)'],
])('%j is refused with a sentence about the field that is wrong', ([cron, sentence]) => {
  expect(cronSchema.safeParse(cron).error?.issues.map(({ message }) => message)).toEqual([sentence]);
});

test.for([
  '* * * * *',
  '0 3 * * MON-fri',
  '0 0 29 2 *',
  '0 0 30 2 1',
  '05 07 1,15 jan,Dec 7',
  '0 0 * * SAT,sun',
])('%j is accepted', (cron) => {
  expect(cronSchema.safeParse(cron).success).toBe(true);
});

test('instants are read in UTC, and the last one up to a moment may be that moment', () => {
  const three = new Date('2026-03-29T03:00:00Z');
  expect(nextRunAfter('0 3 * * *', three)).toEqual(new Date('2026-03-30T03:00:00Z'));
  expect(lastInstantUpTo('0 3 * * *', three)).toEqual(three);
  expect(lastInstantUpTo('0 3 * * *', new Date('2026-03-29T02:59:59.999Z'))).toEqual(
    new Date('2026-03-28T03:00:00Z'),
  );
  expect(isInstantOf('0 3 * * *', three)).toBe(true);
  expect(isInstantOf('0 3 * * *', new Date('2026-03-29T03:01:00Z'))).toBe(false);
  expect(isInstantOf('0 3 * * *', new Date('2026-03-29T03:00:30Z'))).toBe(false);
});
