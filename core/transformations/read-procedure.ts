import { invalidField, parseInput } from '../foundation/validation.ts';
import { procedureSchema, type Procedure } from './transformation.ts';

/** How a request gives a procedure: `input` with its `type`, or the older `code` alone. */
interface GivenProcedure {
  readonly type?: 'code' | 'noCode' | undefined;
  readonly code?: string | undefined;
  readonly input?: Readonly<Record<string, unknown>> | undefined;
}

/** The procedure that a request gives; an `InvalidInputError` that names the field at fault. */
export function readProcedure({ type, code, input }: GivenProcedure): Procedure {
  if (input === undefined) {
    if (code === undefined) throw invalidField('input', 'is required');
    if (type === 'noCode') throw invalidField('input', 'is required with type noCode: its steps');
    return { type: 'code', input: { code } };
  }
  return parseInput(procedureSchema, { type: type ?? ('steps' in input ? 'noCode' : 'code'), input });
}
