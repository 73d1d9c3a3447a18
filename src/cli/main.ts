import { createRequire } from 'node:module';
import { isatty } from 'node:tty';
import { isOnlyAscii, isUtf8, writeOnlyAscii } from '../report/ascii.ts';
import { harmless } from '../report/harmless.ts';
import { Output, OutputClosed } from '../report/output.ts';
import { understand } from './commands.ts';
import { errorText } from './errors.ts';
import { hasStandardInput } from './standard-input.ts';
import { width } from './terminal.ts';

const DONE = 0;
const COULD_NOT = 2;
const STDIN = 0;
const STDERR = 2;

async function main(args: string[]): Promise<number> {
  // Before anything is understood: what is wrong with the command line is said in ASCII, too.
  if (asksForAscii(args) || !isUtf8(process.env)) writeOnlyAscii();
  try {
    // Who types the name alone wants to know what to type.
    if (args.length === 0 && isatty(STDIN)) {
      const help = (await import('./help.ts')).shortHelp(width(STDERR));
      process.stderr.write(harmless(help, isOnlyAscii()));
      return COULD_NOT;
    }
    const asked = await understand(args, hasStandardInput);
    if (asked.what === 'run') return await asked.work();
    print(
      asked.what === 'version' ? `${version()}\n` : await (await import('./help.ts')).helpText(asked.command, width()),
    );
    return DONE;
  } catch (error) {
    if (error instanceof OutputClosed) return DONE;
    process.stderr.write(errorText(error));
    return COULD_NOT;
  }
}

/** Every command has this option (command-line.ts); nobody else asks for it. */
function asksForAscii(args: string[]): boolean {
  const options = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  return options.includes('--ascii');
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
