import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { constants, Script } from 'node:vm';

/*
 * What V8 compiled of the command in an earlier run, kept beside it: reading and compiling half a megabyte of JavaScript takes longer
 * than analysing a small capture.
 */

const cacheOf = (file: string) => `${file}.cache`;

/** A CommonJS file as V8 compiles it, with what it compiled before where that is at hand and fits. */
export class CompiledFile {
  readonly #file: string;
  readonly #script: Script;

  /** @param file its text is ASCII */
  constructor(file: string) {
    this.#file = file;
    const text = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`;
    const cachedData = readCache(file);
    this.#script = new Script(text, {
      filename: file,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      ...(cachedData === null ? {} : { cachedData }),
    });
  }

  /** What was compiled before is in use: of this file, by this version of V8. */
  get isFromCache(): boolean {
    return this.#script.cachedDataRejected === false;
  }

  run(): void {
    const module = { exports: {} };
    const start = this.#script.runInThisContext();
    start(module.exports, createRequire(this.#file), module, this.#file, dirname(this.#file));
  }

  /** Keeps what has been compiled by now. */
  writeCache(): void {
    writeFileSync(cacheOf(this.#file), this.#script.createCachedData());
  }
}

/** Null where there is none. V8 knows a text by its length alone, so one that is older than the file is none. */
function readCache(file: string): Buffer | null {
  const cache = cacheOf(file);
  try {
    return statSync(cache).mtimeMs < statSync(file).mtimeMs ? null : readFileSync(cache);
  } catch {
    return null;
  }
}
