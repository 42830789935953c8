import * as z from 'zod';

const said = z.object({ message: z.string() });
const refusalSchema = z.object({ errors: z.array(said).optional(), message: z.string().optional() });

/** What commercetools says in a refusal: its errors, or its message where it names none. */
export function messageOf(text: string): string | undefined {
  try {
    const { errors = [], message } = refusalSchema.parse(JSON.parse(text));
    return errors.length === 0 ? message : errors.map((error) => error.message).join(' ');
  } catch {
    return undefined;
  }
}
