import { expect, test } from 'vitest';

import { applySteps } from '../../../core/transformations/apply-steps.ts';
import { noCodeStepSchema, type Condition } from '../../../core/transformations/no-code-step.ts';

function apply(record: object, ...steps: object[]) {
  const result = applySteps(
    steps.map((step) => noCodeStepSchema.parse(step)),
    JSON.stringify(record),
  );
  return 'outputs' in result ? result.outputs.map((text) => JSON.parse(text) as unknown) : result.error;
}

test('steps are done in order, each on what the one before left', () => {
  const steps = [
    { type: 'addAttribute', attribute: 'a.b', value: [1] },
    { type: 'addAttribute', attribute: 'a.c', value: null },
    { type: 'removeAttribute', attribute: 'a.b' },
  ];
  expect(apply({ objectID: 'x' }, ...steps)).toEqual([{ objectID: 'x', a: { c: null } }]);
});

test('a record is dropped when the condition holds, and only then', () => {
  const step = { type: 'removeRecords', condition: { attribute: 'n', operator: 'lessThan', value: 5 } };
  expect(apply({ n: 4 }, step)).toEqual([]);
  expect(apply({ n: 5 }, step)).toEqual([{ n: 5 }]);
  expect(apply({}, step)).toEqual([{}]);
});

test.for<[condition: Condition, holds: boolean]>([
  [{ attribute: 'text', operator: 'equals', value: 'abc' }, true],
  [{ attribute: 'n', operator: 'equals', value: '3' }, false],
  [{ attribute: 'n', operator: 'notEquals', value: '3' }, true],
  [{ attribute: 'nothing', operator: 'exists' }, true],
  [{ attribute: 'missing', operator: 'notExists' }, true],
  [{ attribute: 'constructor', operator: 'exists' }, false],
  [{ attribute: 'list', operator: 'contains', value: 'x' }, true],
  [{ attribute: 'text', operator: 'contains', value: 'bc' }, true],
  [{ attribute: 'n', operator: 'contains', value: 3 }, false],
  [{ attribute: 'n', operator: 'greaterThanOrEquals', value: 3 }, true],
  [{ attribute: 'n', operator: 'greaterThan', value: 3 }, false],
  [{ attribute: 'text', operator: 'lessThanOrEquals', value: 'abd' }, true],
  [{ attribute: 'deep.er', operator: 'equals', value: true }, true],
  [
    {
      all: [
        { attribute: 'n', operator: 'equals', value: 3 },
        { attribute: 'n', operator: 'equals', value: 4 },
      ],
    },
    false,
  ],
  [
    {
      any: [
        { attribute: 'n', operator: 'equals', value: 3 },
        { attribute: 'n', operator: 'equals', value: 4 },
      ],
    },
    true,
  ],
])('%j is %s', ([condition, holds]) => {
  const record = { n: 3, text: 'abc', list: ['x'], nothing: null, deep: { er: true } };
  expect(apply(record, { type: 'removeRecords', condition })).toEqual(holds ? [] : [record]);
});

test('a step that cannot be done fails the record and names itself', () => {
  expect(apply({ a: 1 }, { type: 'addAttribute', attribute: 'a.b', value: 1 })).toEqual({
    code: 'transform.failed',
    message: 'step 1 (addAttribute): a is not an object',
  });
  const compare = { type: 'removeRecords', condition: { attribute: 'a', operator: 'lessThan', value: 'x' } };
  expect(apply({ a: 1 }, compare)).toMatchObject({
    message: 'step 1 (removeRecords): a cannot be compared with "x"',
  });
});

test('a name like __proto__ is an attribute and changes no other object', () => {
  const step = { type: 'addAttribute', attribute: '__proto__.polluted', value: true };
  expect(JSON.stringify(apply({}, step))).toBe('[{"__proto__":{"polluted":true}}]');
  expect({}).not.toHaveProperty('polluted');
});
