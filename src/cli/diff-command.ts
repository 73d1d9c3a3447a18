import { ASPECTS, type FailOn, parseFailOn } from '../check/diff-aspects.ts';
import type { CaptureDiff } from '../check/diff-captures.ts';
import { capturesToMerge } from './captures.ts';
import { COLOR_OPTIONS, type Command, colorChoice, textOf } from './command.ts';
import { UsageError } from './errors.ts';
import { type ColorChoice, useColor, width } from './terminal.ts';

const HOLDS = 0;
const WORSE = 1;
const STDOUT = 1;
const COMPARISON = 'Comparison';
const LOOK = 'Appearance';

interface DiffArguments {
  before: string;
  after: string;
  where: string | null;
  failOn: string | null;
  json: boolean;
  all: boolean;
  color: ColorChoice;
  quiet: boolean;
}

/** `sockscope diff <before> <after>` */
export const diffCommand: Command = {
  name: 'diff',
  describe: 'Compare two captures: what failed, how connections closed, how long handshakes took',
  details: [
    'Compares two captures server by server: failures, errors on sockets, closes, handshake times, retransmissions, bytes.',
    'The exit code is 0; with --fail-on it is 1 when the second capture is worse.',
  ],
  arguments: [
    { name: 'before', describe: 'The capture to compare with', completes: 'capture' },
    { name: 'after', describe: 'The capture that may have changed', completes: 'capture' },
  ],
  options: {
    'fail-on': {
      type: 'string',
      value: 'ASPECTS',
      list: true,
      group: COMPARISON,
      choices: [...Object.keys(ASPECTS), 'all'],
      describe:
        'Exit with code 1 when one of these got worse: {choices}; handshake=20% allows that much, and several are separated by commas',
      example: 'failures,handshake=20%',
    },
    where: {
      type: 'string',
      value: 'EXPRESSION',
      group: COMPARISON,
      describe: 'Only connections for which this CEL expression over the record is true',
      example: "'server.port == 443'",
    },
    json: { type: 'boolean', group: LOOK, describe: 'Write one JSON document' },
    all: { type: 'boolean', group: LOOK, describe: 'Show every change, small ones as well' },
    ...COLOR_OPTIONS,
    quiet: { type: 'boolean', group: LOOK, describe: 'No warnings and no progress bar' },
  },
  examples: [
    { command: 'sockscope diff before.pcap after.pcap', shows: 'What changed' },
    {
      command: 'sockscope diff before.pcap after.pcap --fail-on failures,handshake=20%',
      shows: 'Fail when there are more failures, or when connect() takes over 20 % longer',
    },
    {
      command: "sockscope diff before.pcap after.pcap --where 'server.port == 443' --json",
      shows: 'What changed at one service, as one JSON document',
    },
  ],
  understand({ words: [before, after], values }) {
    if (before === '-' && after === '-') throw new UsageError('standard input (-) can be read only once: give it once');
    const request: DiffArguments = {
      before,
      after,
      where: textOf(values, 'where') ?? null,
      failOn: textOf(values, 'fail-on') ?? null,
      json: values.json === true,
      all: values.all === true,
      color: colorChoice(values),
      quiet: values.quiet === true,
    };
    return () => runDiff(request);
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
    output.write(await reportText(diff, failing, failOn, request));
  }
  output.flush();
  return failing.length === 0 ? HOLDS : WORSE;
}

async function reportText(
  diff: CaptureDiff,
  failing: CaptureDiff['all']['changes'],
  failOn: FailOn,
  { all, color, before, after }: DiffArguments,
): Promise<string> {
  const { default: pc } = await import('picocolors');
  const { diffReport } = await import('../check/diff-report.ts');
  const colors = pc.createColors(useColor(color));
  const report = diffReport(diff, { failing, all, width: width(), colors, named: { before, after } });
  if (failOn.size === 0) return report;
  const what = [...failOn.keys()].join(', ');
  if (failing.length === 0) return `${report}\n${colors.green('not worse')} (--fail-on ${what})\n`;
  const worse = [...new Set(failing.map(({ aspect }) => aspect))].join(', ');
  return `${report}\n${colors.red(`worse: ${worse}`)} (--fail-on ${what})\n`;
}
