import { join } from 'node:path';

import { createLog } from '../../core/foundation/logging.ts';
import { composeInvokedFunction } from '../middleware/invoked-function.ts';
import { createHandler } from './handler.ts';

/** Bundled beside this file. */
const program = join(import.meta.dirname, 'sandbox.program.mjs');

export const handler = composeInvokedFunction(createHandler({ program, readable: [program] }), {
  log: createLog({ function: 'run-transform' }),
});
