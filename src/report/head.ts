import type { Colors } from 'picocolors/types.js';
import type { AnalysisResult } from '../analyze.ts';
import type { CaptureInfo, Summary } from '../summary.ts';
import { bytes, count, counted, duration, utc } from './units.ts';

/** Files named one by one; more are counted. */
const FILES_SHOWN = 5;

/** The lines on the capture as a whole: a label and a text. */
export function head({ captures, summary }: AnalysisResult, seconds: number, colors: Colors): string[][] {
  const lines = [
    ...captureLines(captures),
    ['packets', `${span(summary)}; took ${duration(seconds)}`],
    ['connections', connectionsText(summary)],
    ['handshakes', handshakesText(summary)],
    ['closes', nonZero(summary.closes) || 'none'],
    ['resets', resetsText(summary)],
    ['other frames', summary.otherFrames.map(({ kind, frames }) => `${count(frames)} ${kind}`).join(', ')],
  ];
  return lines.filter(([, text]) => text !== '').map(([label, text]) => [colors.dim(label), text]);
}

function captureLines(captures: CaptureInfo[]): string[][] {
  const lines = captures
    .slice(0, FILES_SHOWN)
    .map((capture, i) => [i === 0 ? 'capture' : '', captureText(capture, captures.length > 1)]);
  const more = captures.length - lines.length;
  if (more > 0) lines.push(['', `and ${counted(more, 'more file')}`]);
  return lines;
}

function captureText(capture: CaptureInfo, oneOfSeveral: boolean): string {
  const { file, format, compression, linkTypes, packets, drops, cut } = capture;
  const parts = [compression === null ? format : `${format} in ${compression}`, ...linkTypes];
  if (oneOfSeveral) parts.push(counted(packets, 'packet'));
  if (drops !== null && drops > 0) parts.push(`${count(drops)} dropped while capturing`);
  if (cut !== null) parts.push(`cut at byte ${count(cut.offset)}`);
  return `${file === '-' ? 'standard input' : file} (${parts.join(', ')})`;
}

function span({ packets, wireBytes, duration: seconds, start }: Summary): string {
  const size = `${counted(packets, 'packet')}, ${bytes(wireBytes)}`;
  return start === null ? size : `${size}, ${duration(seconds)} from ${utc(start)} UTC`;
}

function connectionsText({ connections, payloadBytes, retransmissions, evicted }: Summary): string {
  const kinds = nonZero({ TCP: connections.tcp, UDP: connections.udp, SCTP: connections.sctp });
  if (kinds === '') return 'none';
  const parts = [kinds, `${bytes(payloadBytes)} payload`, counted(retransmissions, 'retransmission')];
  if (evicted > 0) parts.push(`${count(evicted)} given up early to bound memory`);
  return parts.join('; ');
}

function handshakesText({ handshakes, connectTime }: Summary): string {
  const outcomes = nonZero(handshakes);
  if (outcomes === '' || connectTime === null) return outcomes || 'none';
  const { p50, p95, p99, max } = connectTime;
  const times = Object.entries({ p50, p95, p99, max }).map(([name, value]) => `${name} ${duration(value)}`);
  return `${outcomes}; connect ${times.join(', ')}`;
}

function resetsText({ resets }: Summary): string {
  const { fromClient, fromServer } = resets;
  if (fromClient + fromServer === 0) return 'none';
  return `${count(fromClient)} from clients, ${count(fromServer)} from servers`;
}

function nonZero(counts: Record<string, number>): string {
  return Object.entries(counts)
    .filter(([, value]) => value > 0)
    .map(([name, value]) => `${count(value)} ${name}`)
    .join(', ');
}
