import * as z from 'zod';

import { toWireDate } from '../../../core/foundation/clock.ts';
import type { Run } from '../../../core/runs/run.ts';
import { wireDate } from '../response-shapes.ts';

/** What is asked of a run happens soon after the answer: the run itself tells when. */
export const runControlShape = z.object({ runID: z.string(), updatedAt: wireDate });

export function toRunControlShape({ runID, updatedAt }: Run): z.output<typeof runControlShape> {
  return { runID, updatedAt: toWireDate(new Date(updatedAt)) };
}
