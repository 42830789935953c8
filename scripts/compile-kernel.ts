import { basename, dirname } from 'node:path';
import { main } from 'assemblyscript/asc';

/** No memory management: a kernel lays out its memory by hand, and says in its source how much that is. */
const OPTIONS = ['-O3', '--runtime', 'stub', '--noAssert', '--enable', 'simd', '--outFile', 'kernel.wasm'];

/** Compiles an AssemblyScript file to WebAssembly; throws what the compiler says. */
export async function compileKernel(file: string): Promise<Uint8Array> {
  let compiled: Uint8Array | undefined;
  const { error, stderr } = await main([basename(file), '--baseDir', dirname(file), ...OPTIONS], {
    writeFile: (_name, contents) => {
      if (typeof contents !== 'string') compiled = contents;
    },
  });
  if (error !== null || compiled === undefined) throw new Error(`${file}: ${stderr.toString()}`);
  return compiled;
}

/** The program as a module of text, which every bundler, test runner and Node itself can import. */
export function toModule(program: Uint8Array): string {
  return `/** Made by \`npm run kernels\`; base64. */\nexport const KERNEL =\n  '${Buffer.from(program).toString('base64')}';\n`;
}
