import { ASPECTS, type FailOn, parseFailOn } from '../check/diff-aspects.ts';
import type { CaptureDiff } from '../check/diff-captures.ts';
import { capturesToMerge } from './captures.ts';
import type { Command } from './commands.ts';
import { UsageError } from './errors.ts';
import { ASCII_OPTION } from './options.ts';
import { useColor, width } from './terminal.ts';

const HOLDS = 0;
const WORSE = 1;
const STDOUT = 1;

interface DiffArguments {
  before: string;
  after: string;
  where: string | null;
  failOn: string | null;
  json: boolean;
  all: boolean;
  noColor: boolean;
  quiet: boolean;
}

/** `sockscope diff <before> <after>` */
export const diffCommand: Command = {
  usage: 'diff <before> <after>',
  describe: 'What changed between two captures: failures, closes, handshake times, retransmissions, bytes',
  positionals: {
    before: { type: 'string', describe: 'The capture to compare with' },
    after: { type: 'string', describe: 'The capture that may have changed' },
  },
  options: {
    'fail-on': {
      type: 'string',
      requiresArg: true,
      describe: `Exit code 1 when worse in one of: ${Object.keys(ASPECTS).join(', ')}, all; handshake=20% sets how much is allowed`,
    },
    where: {
      type: 'string',
      requiresArg: true,
      describe: 'Only connections for which this CEL expression is true',
    },
    json: { type: 'boolean', describe: 'One JSON document' },
    all: { type: 'boolean', describe: 'Also small changes, and all of them' },
    ascii: { type: 'boolean', describe: ASCII_OPTION.describe },
    'no-color': { type: 'boolean', describe: 'No colours (also NO_COLOR in the environment)' },
    quiet: { type: 'boolean', describe: 'No warnings and no progress bar' },
  },
  understand(values) {
    const { before, after } = values;
    if (typeof before !== 'string' || typeof after !== 'string') {
      throw new UsageError('diff needs two captures: sockscope diff before.pcap after.pcap');
    }
    if (before === '-' && after === '-') throw new UsageError('standard input (-) can be read only once: give it once');
    const text = (value: unknown) => (typeof value === 'string' ? value : null);
    return () =>
      runDiff({
        before,
        after,
        where: text(values.where),
        failOn: text(values['fail-on']),
        json: values.json === true,
        all: values.all === true,
        noColor: values['no-color'] === true,
        quiet: values.quiet === true,
      });
  },
};

async function runDiff(request: DiffArguments): Promise<number> {
  const { before, after, json } = request;
  const failOn: FailOn = request.failOn === null ? new Map() : parseFailOn(request.failOn);
  const { diffCaptures, failingChanges } = await import('../check/diff-captures.ts');
  const where =
    request.where === null ? {} : { where: (await import('../report/where.ts')).compileWhere(request.where) };
  const { withProgress } = await import('./progress.ts');
  const was = await capturesToMerge([before], request.quiet);
  const is = await capturesToMerge([after], request.quiet);
  const diff = await withProgress(request.quiet, (telling) => diffCaptures(was, is, { ...telling, ...where }));
  const failing = failingChanges(diff, failOn);
  const { Output } = await import('../report/output.ts');
  const output = new Output(STDOUT);
  if (json) {
    const { SCHEMA } = await import('../record.ts');
    const { jsonText } = await import('../report/json-text.ts');
    output.data(`${jsonText({ schema: SCHEMA, ...diff, failing }, 2)}\n`);
  } else {
    output.write(await textOf(diff, failing, failOn, request));
  }
  output.flush();
  return failing.length === 0 ? HOLDS : WORSE;
}

async function textOf(
  diff: CaptureDiff,
  failing: CaptureDiff['all']['changes'],
  failOn: FailOn,
  { all, noColor }: DiffArguments,
): Promise<string> {
  const { default: pc } = await import('picocolors');
  const { diffReport } = await import('../check/diff-report.ts');
  const colors = pc.createColors(useColor(noColor));
  const report = diffReport(diff, { failing, all, width: width(), colors });
  if (failOn.size === 0) return report;
  const what = [...failOn.keys()].join(', ');
  if (failing.length === 0) return `${report}\n${colors.green('not worse')} (--fail-on ${what})\n`;
  const worse = [...new Set(failing.map(({ aspect }) => aspect))].join(', ');
  return `${report}\n${colors.red(`worse: ${worse}`)} (--fail-on ${what})\n`;
}
