import asc from 'assemblyscript/asc';

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
  return wasm;
}

/** What is wrong and the text it is about, in one line. */
function firstLines(complaint: string): string {
  return complaint.split('\n').slice(0, 3).join(' ').replaceAll(/\s+/g, ' ').trim();
}
