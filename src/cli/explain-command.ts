import type { Options } from 'yargs';
import type { Choice } from '../explain/explain.ts';
import { FEWEST_STEPS, STEPS_KEPT } from '../explain/step-list.ts';
import type { Protocol } from '../record.ts';
import type { Command } from './commands.ts';
import { UsageError } from './errors.ts';
import { type AnalyzeArguments, analyzeArguments, yargsOptions } from './options.ts';

const STDOUT = 1;
const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'sctp'];
const EXPLAINED_AT_MOST = 10;
const DONE = 0;
/** Where the output is no terminal: what fits into a ticket, a mail, a page of a book. */
const WIDTH_WITHOUT_TERMINAL = 80;

const WHICH = 'Connections';
const LOOK = 'Appearance';

/** What means here what it means for the report. */
const AS_FOR_THE_REPORT = [
  'slow-handshake',
  'heavy-retransmission',
  'zero-window',
  'close-wait',
  'max-connections',
  'utc',
  'ascii',
  'no-color',
  'quiet',
] as const;

/** `sockscope explain`: the ladder diagram and the story of connections. */
export const explainCommand: Command = {
  usage: 'explain [capture..]',
  describe: 'The ladder diagram and the story of a connection',
  positionals: { capture: { type: 'string', array: true } },
  options: {
    stream: { type: 'string', requiresArg: true, group: WHICH, describe: 'That of this number, as in the report' },
    protocol: {
      type: 'string',
      requiresArg: true,
      group: WHICH,
      describe: `Of --stream: ${PROTOCOLS.join(', ')} (default tcp)`,
    },
    problems: { type: 'boolean', group: WHICH, describe: 'An example of each kind of problem, worst first' },
    where: {
      type: 'string',
      requiresArg: true,
      group: WHICH,
      describe: 'Those for which this CEL expression over the record is true',
    },
    top: {
      type: 'string',
      requiresArg: true,
      group: WHICH,
      describe: `At most so many (default ${EXPLAINED_AT_MOST})`,
    },
    ...analyzeOptions(),
    steps: {
      type: 'string',
      requiresArg: true,
      group: LOOK,
      describe: `Rows of a ladder; beyond, its middle is folded (default ${STEPS_KEPT})`,
    },
    json: { type: 'boolean', group: LOOK, describe: 'One JSON document: records with calls, ladders, stories' },
    absolute: { type: 'boolean', group: LOOK, describe: 'Sequence numbers as they are on the wire' },
  },
  understand(values) {
    const request = explainArguments(values);
    return () => runExplain(request);
  },
};

function analyzeOptions(): Record<string, Options> {
  const options = yargsOptions();
  return Object.fromEntries(AS_FOR_THE_REPORT.map((name) => [name, options[name]]));
}

interface ExplainArguments
  extends Pick<AnalyzeArguments, 'captures' | 'thresholds' | 'mostConnections' | 'utc' | 'noColor' | 'quiet'> {
  which: { stream: number; protocol: Protocol } | { where: string } | 'problems' | null;
  top: number;
  steps: number;
  json: boolean;
  absolute: boolean;
}

function explainArguments(values: Record<string, unknown>): ExplainArguments {
  const text = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined);
  const given = Array.isArray(values.capture) ? values.capture.map(String) : [];
  const shared = Object.fromEntries(AS_FOR_THE_REPORT.map((name) => [name, values[name]]));
  const { captures, thresholds, mostConnections, utc, noColor, quiet } = analyzeArguments(given, shared);
  const [stream, where, protocol] = [text('stream'), text('where'), text('protocol')];
  const [top, steps] = [text('top'), text('steps')];
  const chosen = [
    ...(stream === undefined ? [] : ['--stream']),
    ...(values.problems === true ? ['--problems'] : []),
    ...(where === undefined ? [] : ['--where']),
  ];
  if (chosen.length > 1) throw new UsageError(`${chosen.join(' and ')} exclude each other: choose one`);
  if (protocol !== undefined && stream === undefined) {
    throw new UsageError('--protocol says what --stream N counts: give --stream, too');
  }
  return {
    captures,
    thresholds,
    mostConnections,
    utc,
    noColor,
    quiet,
    which:
      stream !== undefined
        ? { stream: streamNumber(stream), protocol: protocolNamed(protocol ?? 'tcp') }
        : where !== undefined
          ? { where }
          : values.problems === true
            ? 'problems'
            : null,
    top: top === undefined ? EXPLAINED_AT_MOST : connectionCount(top),
    steps: steps === undefined ? STEPS_KEPT : stepCount(steps),
    json: values.json === true,
    absolute: values.absolute === true,
  };
}

function streamNumber(text: string): number {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new UsageError(`--stream ${text}: not a stream number; example: --stream 17`);
}

function protocolNamed(text: string): Protocol {
  const protocol = PROTOCOLS.find((known) => known === text.toLowerCase());
  if (protocol === undefined) throw new UsageError(`--protocol ${text}: one of ${PROTOCOLS.join(', ')}`);
  return protocol;
}

function connectionCount(text: string): number {
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return Number(text);
  throw new UsageError(`--top ${text}: not a number of connections from 1 on; example: --top 3`);
}

function stepCount(text: string): number {
  if (/^\d{1,6}$/.test(text) && Number(text) >= FEWEST_STEPS) return Number(text);
  throw new UsageError(`--steps ${text}: not a number of rows from ${FEWEST_STEPS} on; example: --steps 100`);
}

/** Loads what it needs only now: the help of all commands is made with this file, too. */
async function runExplain(request: ExplainArguments): Promise<number> {
  const { which, top, steps, thresholds, mostConnections, quiet, ...look } = request;
  const [
    { explainInputs },
    { explanations },
    { isOnlyAscii },
    { Output },
    { withProgress },
    { capturesToMerge },
    terminal,
  ] = await Promise.all([
    import('../explain/explain.ts'),
    import('../report/explanation.ts'),
    import('../report/ascii.ts'),
    import('../report/output.ts'),
    import('./progress.ts'),
    import('./captures.ts'),
    import('./terminal.ts'),
  ]);
  const choice = await choiceOf(which);
  const captures = await capturesToMerge(request.captures, quiet);
  const explained = await withProgress(quiet, (telling) =>
    explainInputs(captures, {
      choice,
      top,
      steps,
      thresholds,
      ...(mostConnections === null ? {} : { mostConnections }),
      ...telling,
    }),
  );
  const output = new Output(STDOUT);
  if (look.json) {
    const [{ explanationDocument }, { jsonText }] = await Promise.all([
      import('../report/explanation-json.ts'),
      import('../report/json-text.ts'),
    ]);
    output.data(`${jsonText(explanationDocument(explained), 2)}\n`);
    output.flush();
    return DONE;
  }
  const columns = terminal.width();
  const options = {
    width: Number.isFinite(columns) ? columns : WIDTH_WITHOUT_TERMINAL,
    color: terminal.useColor(look.noColor),
    ascii: isOnlyAscii(),
    absolute: look.absolute,
    utc: look.utc,
  };
  for (const text of explanations(explained, options)) output.write(text);
  output.flush();
  return DONE;
}

async function choiceOf(which: ExplainArguments['which']): Promise<Choice> {
  if (which === null) return { by: 'itself' };
  if (which === 'problems') return { by: 'problems' };
  if ('where' in which) {
    return { by: 'where', matches: (await import('../report/where.ts')).compileWhere(which.where) };
  }
  return { by: 'stream', ...which };
}
