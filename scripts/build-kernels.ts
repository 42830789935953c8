import { globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { compileKernel, toModule } from './compile-kernel.ts';

/** `npm run kernels`: compiles each `….assembly.ts` and writes it as `….wasm.ts` beside it. */
const root = join(import.meta.dirname, '..');

for (const source of globSync('connectors/**/*-kernel.assembly.ts', { cwd: root })) {
  const file = join(root, source);
  writeFileSync(file.replace('.assembly.ts', '.wasm.ts'), toModule(await compileKernel(file)));
}
