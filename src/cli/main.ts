import { createRequire } from 'node:module';
import { isUtf8, writeOnlyAscii } from '../report/ascii.ts';
import { Output, OutputClosed } from '../report/output.ts';
import type { Request } from './commands.ts';
import { errorText } from './errors.ts';

const DONE = 0;
const COULD_NOT = 2;

async function main(args: string[]): Promise<number> {
  // Before anything is understood: what is wrong with the command line is said in ASCII, too.
  if (asksForAscii(args) || !isUtf8(process.env)) writeOnlyAscii();
  try {
    if (args.length === 1 && args[0] === '--version') print(`${version()}\n`);
    else {
      const request = await understand(args);
      if ('print' in request) print(request.print);
      else if ('run' in request) return await request.run();
      else await (await import('./run.ts')).run(request.analyze);
    }
    return DONE;
  } catch (error) {
    if (error instanceof OutputClosed) return DONE;
    process.stderr.write(errorText(error));
    return COULD_NOT;
  }
}

function asksForAscii(args: string[]): boolean {
  const options = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  return options.includes('--ascii');
}

async function understand(args: string[]): Promise<Request> {
  const { quickArguments } = await import('./quick.ts');
  const quick = quickArguments(args);
  if (quick !== null) return { analyze: quick };
  return (await import('./commands.ts')).parseCommandLine(args, version());
}

function print(text: string): void {
  const output = new Output(1);
  output.write(text);
  output.flush();
}

function version(): string {
  // By its own name, so that it is found from src/ and from dist/ alike.
  return createRequire(import.meta.url)('sockscope/package.json').version;
}

// A standard input that is still open must not hold the process; what was written is with the kernel already.
main(process.argv.slice(2)).then((code) => process.exit(code));
