import { endpointText, streamText } from '../../report/endpoint.ts';
import { counted } from '../../report/units.ts';
import type { CheckReport, Failure, RuleVerdict, Value } from '../verdict.ts';
import { valueText } from './value-text.ts';

/** How a verdict counts: a broken rule that is only a warning is none. */
export function standing({ outcome, severity }: RuleVerdict): RuleVerdict['outcome'] | 'warning' {
  return outcome === 'failed' && severity === 'warning' ? 'warning' : outcome;
}

/** What there is to look at, one line each: values, connections, and how many are not told. */
export function evidence({ description, values, failed, failures }: RuleVerdict): string[] {
  const more = (failed ?? 0) - failures.length;
  return [
    ...(description === null ? [] : [description]),
    ...values.map(assignment),
    ...failures.flatMap(failureLines),
    ...(more > 0 ? [`… and ${counted(more, 'more connection')} (--limit N shows more)`] : []),
  ];
}

function failureLines(failure: Failure): string[] {
  const { client, server, frames, values, details, filter, explain } = failure;
  const where = `${streamText(failure)}  ${endpointText(client)} → ${endpointText(server)}`;
  return [
    `${where}  ${frames.length === 1 ? 'frame' : 'frames'} ${frames.join(', ')}`,
    ...values.map((value) => `  ${assignment(value)}`),
    ...details.map((detail) => `  ${detail}`),
    `  in Wireshark: ${filter}`,
    `  next: ${explain}`,
  ];
}

function assignment({ expression, value }: Value): string {
  return `${expression.replaceAll(/\s+/g, ' ')} = ${valueText(value)}`;
}

/** Rules together with what they were checked against. */
export interface Suite {
  name: string;
  /** Why the capture could not be read. */
  error: string | null;
  warnings: string[];
  rules: RuleVerdict[];
}

/** One for each capture, and one for the rules that were for none of them. */
export function suitesOf({ captures, unapplied }: CheckReport): Suite[] {
  const suites = captures.map(({ capture, error, warnings, rules }) => ({ name: capture, error, warnings, rules }));
  return unapplied.length === 0
    ? suites
    : [...suites, { name: NO_CAPTURE, error: null, warnings: [], rules: unapplied }];
}

export const NO_CAPTURE = 'no capture';

/** `file: what` without the file, where that is said beside it. */
export function withoutName(message: string, name: string): string {
  return message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message;
}
