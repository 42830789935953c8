/** The part of Node's WebAssembly that kernels need; TypeScript knows it of browsers only. */
declare namespace WebAssembly {
  interface Module {
    readonly [Symbol.toStringTag]: string;
  }
  const Module: new (program: Uint8Array) => Module;
  class Instance<Exports> {
    constructor(module: Module);
    readonly exports: Exports;
  }
  interface Memory {
    readonly buffer: ArrayBuffer;
    /** Adds pages of 64 KiB; `buffer` is another one from then on. */
    grow(pages: number): number;
  }
  interface Global {
    readonly value: number;
  }
}
