import { sourceOf } from '../connection-source.ts';
import type { Connection } from '../record.ts';
import { captureName } from '../report/capture-name.ts';
import { endpointText, streamText } from '../report/endpoint.ts';
import { counted } from '../report/units.ts';
import { explainCommand } from './failure.ts';
import { valueText } from './formats/value-text.ts';
import { ladderOf } from './ladder.ts';
import type { Value } from './verdict.ts';

/** Connections named in a message. */
const NAMED = 5;

/** A connection that is not as it should be, and what of it. */
export interface Shown {
  connection: Connection;
  values: Value[];
}

/** 'tcp 3  10.0.0.1:40000 → 10.0.0.2:80  (web.pcap)', and the values below it. */
function nameAndValues({ connection, values }: Shown): string[] {
  const source = sourceOf(connection);
  const from =
    source === null ? '' : `  (${('inputs' in source ? source.inputs : [source.name]).map(captureName).join(', ')})`;
  const ends = `${endpointText(connection.client)} → ${endpointText(connection.server)}`;
  return [
    `${streamText(connection)}  ${ends}${from}`,
    ...values.map(({ expression, value }) => `  ${expression} = ${valueText(value)}`),
  ];
}

/** Which connections, with their values; the first with its ladder, where it can be drawn, and how to see it. */
export function shownText(shown: readonly Shown[]): string {
  if (shown.length === 0) return '';
  const lines = shown.slice(0, NAMED).flatMap(nameAndValues);
  if (shown.length > NAMED) lines.push(`… and ${counted(shown.length - NAMED, 'more connection')}`);
  const [{ connection }] = shown;
  const ladder = ladderOf(connection);
  const source = sourceOf(connection);
  if (ladder !== null) lines.push('', ladder);
  else if (source !== null && 'inputs' in source) {
    lines.push('', explainCommand(connection, [...source.inputs]));
  }
  return lines.join('\n');
}
