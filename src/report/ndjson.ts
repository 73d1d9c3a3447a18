import { writeConnection } from './record-json.ts';
import type { MakeReporter } from './reporter.ts';

const NEWLINE = 0x0a;

/** One connection a line, written when it has ended; nothing is kept. */
export const ndjson: MakeReporter = (output) => ({
  order: 'end',
  ended(connection) {
    writeConnection(output.json, connection.record());
    output.json.byte(NEWLINE);
    output.recordDone();
  },
  finish: () => output.flush(),
});
