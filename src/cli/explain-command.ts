import type { Choice } from '../explain/explain.ts';
import { FEWEST_STEPS, STEPS_KEPT } from '../explain/step-list.ts';
import type { Protocol } from '../record.ts';
import { type Command, oneOf, textOf, type Values } from './command.ts';
import { UsageError } from './errors.ts';
import { ANALYZE_OPTIONS, type AnalyzeArguments, analyzeArguments } from './options.ts';

const STDOUT = 1;
const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'sctp'];
const EXPLAINED_AT_MOST = 10;
const DONE = 0;
/** Where the output is no terminal: what fits into a ticket, a mail, a page of a book. */
const WIDTH_WITHOUT_TERMINAL = 80;

const WHICH = 'Connections';
const LOOK = 'Appearance';

/** Options that mean here what they mean for the report. */
const AS_FOR_THE_REPORT = [
  'slow-handshake',
  'heavy-retransmission',
  'zero-window',
  'close-wait',
  'max-connections',
  'utc',
  'color',
  'no-color',
  'quiet',
] as const;

/** `sockscope explain`: the ladder diagram and the story of connections. */
export const explainCommand: Command = {
  name: 'explain',
  describe: 'Tell the story of a connection, with a ladder diagram of its packets',
  details: [
    'Shows the packets of a connection as a ladder diagram and tells in words what happened and what the socket calls of both sides saw.',
    'Without an option it explains the only connection of a capture, or else the one with the worst problem.',
  ],
  arguments: [
    {
      name: 'capture',
      describe: 'A capture file, a folder with captures, or - for standard input',
      several: true,
      completes: 'capture',
    },
  ],
  options: {
    stream: {
      type: 'number',
      value: 'N',
      group: WHICH,
      describe: 'The connection with this number, as the report and Wireshark (tcp.stream) have it',
      example: '17',
    },
    protocol: {
      type: 'string',
      value: 'PROTOCOL',
      group: WHICH,
      describe: 'The protocol that --stream counts in: {choices}',
      choices: PROTOCOLS,
      default: 'tcp',
      example: 'udp',
    },
    problems: { type: 'boolean', group: WHICH, describe: 'One connection for each kind of problem, the worst first' },
    where: {
      type: 'string',
      value: 'EXPRESSION',
      group: WHICH,
      describe: 'Connections for which this CEL expression over the record is true',
      example: `'close.style == "reset"'`,
    },
    top: {
      type: 'number',
      value: 'N',
      group: WHICH,
      describe: 'Explain at most N connections',
      default: EXPLAINED_AT_MOST,
      example: '3',
    },
    ...Object.fromEntries(AS_FOR_THE_REPORT.map((name) => [name, ANALYZE_OPTIONS[name]])),
    steps: {
      type: 'number',
      value: 'N',
      group: LOOK,
      describe: 'Rows of a ladder; the middle of a longer one is left out',
      default: STEPS_KEPT,
      example: '100',
    },
    json: { type: 'boolean', group: LOOK, describe: 'Write one JSON document: records with calls, ladders, stories' },
    absolute: {
      type: 'boolean',
      group: LOOK,
      describe: 'Show sequence numbers as they are on the wire, not counted from 0',
    },
  },
  examples: [
    { command: 'sockscope explain web.pcap --stream 0', shows: 'The connection that the report calls tcp 0' },
    { command: 'sockscope explain web.pcap --problems', shows: 'An example of each problem' },
    {
      command: `sockscope explain web.pcap --where 'close.style == "reset"' --top 3`,
      shows: 'The first three connections that were reset',
    },
  ],
  understand({ words, values }) {
    const request = explainArguments(words, values);
    return () => runExplain(request);
  },
};

interface ExplainArguments
  extends Pick<AnalyzeArguments, 'captures' | 'thresholds' | 'mostConnections' | 'utc' | 'color' | 'quiet'> {
  which: { stream: number; protocol: Protocol } | { where: string } | 'problems' | null;
  top: number;
  steps: number;
  json: boolean;
  absolute: boolean;
}

function explainArguments(given: string[], values: Values): ExplainArguments {
  const text = (name: string) => textOf(values, name);
  const shared = Object.fromEntries(AS_FOR_THE_REPORT.map((name) => [name, values[name]]));
  const { captures, thresholds, mostConnections, utc, color, quiet } = analyzeArguments(given, shared);
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
    color,
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
  return oneOf('protocol', text.toLowerCase(), PROTOCOLS);
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
    color: terminal.useColor(look.color),
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
