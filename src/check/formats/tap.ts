import { stringify } from 'yaml';
import type { RuleVerdict } from '../verdict.ts';
import { NO_CAPTURE, standing } from './evidence.ts';
import type { MakeCheckFormat } from './format.ts';
import { summaryLine } from './summary-line.ts';

/**
 * The Test Anything Protocol, version 14. A test point is a rule held against a capture; a broken rule that is only a
 * warning is marked as TODO, which no harness counts as a failure.
 */
export const tap: MakeCheckFormat = (output) => {
  let points = 0;
  const point = (ok: boolean, description: string, directive = '', diagnostic: object | null = null) => {
    points++;
    output.write(`${ok ? 'ok' : 'not ok'} ${points} - ${escaped(description)}${directive}\n`);
    if (diagnostic !== null) output.write(`  ---\n${indented(stringify(diagnostic, { lineWidth: 0 }))}  ...\n`);
  };
  const rules = (capture: string, verdicts: RuleVerdict[]) => {
    for (const verdict of verdicts) {
      const { rule, message, outcome, severity, values, failed, failures } = verdict;
      const description = `${capture}: ${rule}`;
      if (outcome === 'passed') point(true, description);
      else if (outcome === 'skipped') point(true, description, ` # SKIP ${escaped(message)}`);
      else {
        const diagnostic = { message, severity: severity === 'error' ? 'fail' : 'todo', failed, values, failures };
        point(false, description, standing(verdict) === 'warning' ? ' # TODO a warning' : '', diagnostic);
      }
    }
  };

  output.write('TAP version 14\n');
  return {
    capture({ capture, error, warnings, rules: verdicts }) {
      for (const warning of warnings) output.write(`# ${escaped(warning)}\n`);
      if (error !== null) point(false, `${capture}: can be read`, '', { message: error, severity: 'fail' });
      rules(capture, verdicts);
    },
    finish(report) {
      rules(NO_CAPTURE, report.unapplied);
      output.write(`1..${points}\n# ${summaryLine(report)}\n`);
    },
  };
};

/** One line in which nothing is taken for a directive. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('#', '\\#');
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
