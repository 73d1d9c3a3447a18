import type { MakeCheckFormat } from './format.ts';

/** The report as it is (verdict.ts), in one document. */
export const json: MakeCheckFormat = (output) => ({
  capture() {},
  finish(report) {
    output.write(`${JSON.stringify(report, null, 2)}\n`);
  },
});
