/** The part of WebAssembly's JavaScript interface that the lane uses: TypeScript has it among the types of browsers only. */

export interface Memory {
  readonly buffer: SharedArrayBuffer;
  /** @param pages of 64 KiB more. @throws RangeError where there are not so many */
  grow(pages: number): number;
}

/** Compiled code, not yet joined to a memory. */
export type Module = object;

interface WebAssemblyInterface {
  Memory: new (settings: { initial: number; maximum: number; shared: true }) => Memory;
  Module: new (code: Uint8Array) => Module;
  Instance: new (module: Module, imports: Record<string, Record<string, unknown>>) => { readonly exports: object };
}

export const webAssembly = (globalThis as unknown as { WebAssembly: WebAssemblyInterface }).WebAssembly;
