const PAGE_BYTES = 65_536;

/** What every kernel exports. */
export interface KernelExports {
  readonly memory: WebAssembly.Memory;
  /** How much memory it works in; it never takes more. */
  readonly MEMORY_BYTES: WebAssembly.Global;
}

/** Starts a program that `npm run kernels` made. `Exports` is what its source exports. */
export function loadKernel<Exports extends KernelExports>(program: string): Exports {
  const module = new WebAssembly.Module(Buffer.from(program, 'base64'));
  const { exports } = new WebAssembly.Instance<Exports>(module);
  const { memory, MEMORY_BYTES } = exports;
  memory.grow(Math.ceil((MEMORY_BYTES.value - memory.buffer.byteLength) / PAGE_BYTES));
  return exports;
}
