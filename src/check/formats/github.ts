import { toAscii } from '../../report/ascii.ts';
import { evidence, NO_CAPTURE, standing, withoutName } from './evidence.ts';
import type { MakeCheckFormat } from './format.ts';
import { summaryLine } from './summary-line.ts';

type Level = 'error' | 'warning';

/**
 * Annotations of a GitHub workflow, one for each broken rule of each capture. Whatever comes from a capture or a rule
 * file stands behind the command that begins the line, so that none of it can be read as a command.
 */
export const github: MakeCheckFormat = (output) => {
  const annotate = (level: Level, file: string | null, title: string, lines: string[]) => {
    const properties = file === null ? { title } : { file, title };
    const list = Object.entries(properties).map(([name, value]) => `${name}=${property(value, output.ascii)}`);
    output.data(`::${level} ${list.join(',')}::${data(lines.join('\n'), output.ascii)}\n`);
  };
  return {
    capture({ capture, files: [file], error, warnings, rules }) {
      if (error !== null) annotate('error', file, 'capture not readable', [withoutName(error, capture)]);
      for (const warning of warnings) annotate('warning', file, 'capture', [withoutName(warning, capture)]);
      for (const verdict of rules) {
        if (verdict.outcome !== 'failed') continue;
        const level = standing(verdict) === 'failed' ? 'error' : 'warning';
        annotate(level, file, verdict.rule, [verdict.message, ...evidence(verdict)]);
      }
    },
    finish(report) {
      for (const verdict of report.unapplied) {
        const level = standing(verdict) === 'failed' ? 'error' : 'warning';
        if (verdict.outcome === 'failed') annotate(level, null, verdict.rule, [`${NO_CAPTURE}: ${verdict.message}`]);
      }
      output.write(`${summaryLine(report)}\n`);
    },
  };
};

/** Text after the command, as the runner of GitHub unescapes it. */
function data(text: string, ascii: boolean): string {
  return (ascii ? toAscii(text) : text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string, ascii: boolean): string {
  return data(text, ascii).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
