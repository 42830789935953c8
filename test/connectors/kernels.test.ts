import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileKernel, toModule } from '../../scripts/compile-kernel.ts';

const root = join(import.meta.dirname, '../..');

test.each(globSync('connectors/**/*-kernel.assembly.ts', { cwd: root }))(
  '%s is what runs',
  async (source) => {
    const file = join(root, source);
    const made = toModule(await compileKernel(file));
    expect(readFileSync(file.replace('.assembly.ts', '.wasm.ts'), 'utf8')).toBe(made);
  },
);
