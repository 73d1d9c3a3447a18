import { SCHEMA } from '../record.ts';
import { jsonText } from './json-text.ts';
import { writeConnection } from './record-json.ts';
import type { MakeReporter } from './reporter.ts';
import { rowReporter } from './rows.ts';

/**
 * One JSON document. The connections are written as they come, so the summary, which is known last, follows them.
 */
export const json: MakeReporter = (output, options) => {
  let lead = `{"schema":${SCHEMA},"connections":[\n`;
  const format = {
    row(record: Parameters<typeof writeConnection>[1]) {
      output.json.text(lead);
      lead = ',\n';
      writeConnection(output.json, record);
      output.recordDone();
    },
    end({ captures, summary }: Parameters<ReturnType<MakeReporter>['finish']>[0]) {
      const before = lead === ',\n' ? '\n' : lead;
      const [files, sums] = [captures, summary].map((value) => jsonText(value, 0, output.ascii));
      output.data(`${before}],\n"captures":${files},\n"summary":${sums}}\n`);
    },
  };
  return rowReporter(format, output, options);
};
