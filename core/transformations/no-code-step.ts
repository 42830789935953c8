import * as z from 'zod';

/** Where an attribute is: names joined by dots, `address.city`. */
const attributeSchema = z
  .string()
  .min(1)
  .max(500)
  .refine(
    (path) => path.split('.').every((name) => name !== ''),
    'must be names joined by dots, such as address.city',
  );

/** What must hold for a step to apply, in `docs/transformations.md`. */
const COMPARISONS = [
  'equals',
  'notEquals',
  'contains',
  'greaterThan',
  'greaterThanOrEquals',
  'lessThan',
  'lessThanOrEquals',
] as const;

const comparisonSchema = z.object({
  attribute: attributeSchema,
  operator: z.enum([...COMPARISONS, 'exists', 'notExists']),
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
});

/** One test of an attribute, or several of which all or any must hold. */
const conditionSchema = z
  .union([
    comparisonSchema,
    z.object({ all: z.array(comparisonSchema).min(1).max(20) }),
    z.object({ any: z.array(comparisonSchema).min(1).max(20) }),
  ])
  .superRefine((condition, context) => {
    if (!('operator' in condition)) return;
    const takesValue = !condition.operator.endsWith('xists');
    if (takesValue && condition.value === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['value'],
        message: `is required with ${condition.operator}`,
      });
    }
  });

const valueSchema: z.ZodType<unknown> = z.json();

/** One step of a transformation without code. */
export const noCodeStepSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('addAttribute'),
    attribute: attributeSchema,
    /** What it is set to; an attribute that is there already is replaced. */
    value: valueSchema.refine((value) => value !== undefined, 'is required'),
    condition: conditionSchema.optional(),
  }),
  z.object({
    type: z.literal('removeAttribute'),
    attribute: attributeSchema.refine(
      (path) => path !== 'objectID',
      'must not be objectID: every record needs it',
    ),
    condition: conditionSchema.optional(),
  }),
  z.object({ type: z.literal('removeRecords'), condition: conditionSchema.optional() }),
]);

export type NoCodeStep = z.output<typeof noCodeStepSchema>;
export type Condition = NonNullable<NoCodeStep['condition']>;
export type Comparison = z.output<typeof comparisonSchema>;
