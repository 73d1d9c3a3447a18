import { jsonText } from '../../report/json-text.ts';
import type { MakeCheckFormat } from './format.ts';

/** The report as it is (verdict.ts), in one document. */
export const json: MakeCheckFormat = (output) => ({
  capture() {},
  finish(report) {
    output.data(`${jsonText(report, 2, output.ascii)}\n`);
  },
});
