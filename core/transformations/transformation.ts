import * as z from 'zod';

import { noCodeStepSchema } from './no-code-step.ts';

export const TRANSFORMATION_TYPES = ['code', 'noCode'] as const;

/** Resources stay below 100 KB as they are stored. */
const MAX_CODE_LENGTH = 80_000;
const MAX_STEPS = 100;

export const codeSchema = z.string().min(1).max(MAX_CODE_LENGTH);

export const codeInputSchema = z.object({ code: codeSchema });
export const noCodeInputSchema = z.object({ steps: z.array(noCodeStepSchema).max(MAX_STEPS) });

/** What is done to each record. */
export const procedureSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('code'), input: codeInputSchema }),
  z.object({ type: z.literal('noCode'), input: noCodeInputSchema }),
]);

export type Procedure = z.output<typeof procedureSchema>;

/** What is stored of a transformation. */
export const transformationSchema = z.intersection(
  procedureSchema,
  z.object({
    name: z.string(),
    description: z.string().optional(),
    authenticationIDs: z.array(z.string()).optional(),
  }),
);

export type Transformation = z.output<typeof transformationSchema>;
