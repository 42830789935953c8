import { join } from 'node:path';

import { createHandler } from '../../lambdas/run-transform/handler.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The function `run-transform` with its sandbox from the sources; the bundle is the same code and may read only itself. */
export function createTransformHandler() {
  return createHandler({
    program: join(ROOT, 'lambdas/run-transform/sandbox.program.ts'),
    readable: [ROOT],
  });
}
