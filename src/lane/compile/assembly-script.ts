// The types of Node first: those of AssemblyScript declare a console of their own, and the first one counts.
/// <reference types="node" />
import asc from 'assemblyscript/asc';
import binaryen from 'binaryen';

/** 4 GiB, all that 32 bits can address. */
const MOST_PAGES = 0x1_0000;
/** Below the addresses of our own; nothing is put there, for the program has no constants in memory. */
const BASE = 8;

/** Runs the AssemblyScript compiler on one text. @throws an Error with the first line of what it finds */
export async function assembleToWasm(source: string, pages: number): Promise<Uint8Array> {
  let wasm: Uint8Array | null = null;
  let complaint = '';
  const { error } = await asc.main(
    [
      'lane.ts',
      ...['--outFile', 'lane.wasm', '-O3', '--noAssert', '--noColors', '--runtime', 'stub'],
      ...['--importMemory', '--sharedMemory', '--enable', 'threads', '--memoryBase', String(BASE)],
      ...['--initialMemory', String(pages), '--maximumMemory', String(MOST_PAGES)],
    ],
    {
      readFile: (name) => (name === 'lane.ts' ? source : null),
      writeFile: (_name, contents) => {
        if (typeof contents !== 'string') wasm = contents;
      },
      listFiles: () => [],
      stdout: { write: () => undefined },
      stderr: { write: (text) => (complaint += text) },
    },
  );
  if (error !== null || wasm === null) throw new Error(`AssemblyScript: ${firstLines(complaint) || error?.message}`);
  return withCallsInLine(wasm);
}

/*
 * Sizes, in Binaryen's own measure, up to which a function is put in the place of each call of it, of calls in loops, and of its only
 * call. V8 (11.3) does not do that for WebAssembly, and the rules are many small functions: with Binaryen's defaults (2, 20, and
 * none) the whole report of a large capture took a twentieth longer.
 */
const ALWAYS = 30;
const FLEXIBLE = 60;
const ONE_CALLER = 1000;

/** What asc has used; with more, Binaryen writes what Node 20 does not read. */
const FEATURES =
  binaryen.Features.MutableGlobals |
  binaryen.Features.SignExt |
  binaryen.Features.NontrappingFPToInt |
  binaryen.Features.BulkMemory |
  binaryen.Features.BulkMemoryOpt |
  binaryen.Features.Atomics;

function withCallsInLine(wasm: Uint8Array): Uint8Array {
  const module = binaryen.readBinary(wasm);
  module.setFeatures(FEATURES);
  binaryen.setOptimizeLevel(3);
  binaryen.setShrinkLevel(0);
  binaryen.setLowMemoryUnused(true);
  binaryen.setAlwaysInlineMaxSize(ALWAYS);
  binaryen.setFlexibleInlineMaxSize(FLEXIBLE);
  binaryen.setOneCallerInlineMaxSize(ONE_CALLER);
  module.optimize();
  const inlined = module.emitBinary();
  module.dispose();
  return inlined;
}

/** What is wrong and the text it is about, in one line. */
function firstLines(complaint: string): string {
  return complaint.split('\n').slice(0, 3).join(' ').replaceAll(/\s+/g, ' ').trim();
}
