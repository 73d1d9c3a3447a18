import type { Colors } from 'picocolors/types.js';
import type { AnalysisResult } from '../analyze.ts';
import type { CaptureInfo, Summary } from '../summary.ts';
import { captureName } from './capture-name.ts';
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
  const more = captures.slice(FILES_SHOWN);
  if (more.length > 0) lines.push(['', `and ${[counted(more.length, 'more file'), ...missingFrom(more)].join(', ')}`]);
  return lines;
}

/** What the files that are not named lack, so that no hole in the capture goes unsaid. */
function missingFrom(captures: CaptureInfo[]): string[] {
  const drops = captures.reduce((sum, capture) => sum + (capture.drops ?? 0), 0);
  const cut = captures.filter((capture) => capture.cut !== null).length;
  return [...(drops > 0 ? [droppedText(drops)] : []), ...(cut > 0 ? [`${count(cut)} cut`] : [])];
}

function droppedText(drops: number): string {
  return `${count(drops)} dropped while capturing`;
}

function captureText(capture: CaptureInfo, oneOfSeveral: boolean): string {
  const { file, format, compression, linkTypes, packets, drops, cut, live } = capture;
  const parts = [compression === null ? format : `${format} in ${compression}`, ...linkTypes];
  if (live !== undefined && live.backend !== null) parts[0] = `live, ${live.backend}, ${live.timestamps} timestamps`;
  if (oneOfSeveral) parts.push(counted(packets, 'packet'));
  if (drops !== null && drops > 0) parts.push(droppedText(drops));
  if (cut !== null) parts.push(`cut at byte ${count(cut.offset)}`);
  return `${captureName(file)} (${parts.join(', ')})`;
}

function span({ packets, wireBytes, duration: seconds, start }: Summary): string {
  const size = `${counted(packets, 'packet')}, ${bytes(wireBytes)}`;
  return start === null ? size : `${size}, ${duration(seconds)} from ${utc(start)} UTC`;
}

function connectionsText({ connections, payloadBytes, retransmissions, evicted }: Summary): string {
  const kinds = nonZero({ TCP: connections.tcp, UDP: connections.udp, SCTP: connections.sctp });
  const parts = kinds === '' ? ['none'] : [kinds, `${bytes(payloadBytes)} payload`];
  if (kinds !== '') parts.push(counted(retransmissions, 'retransmission'));
  if (evicted > 0) parts.push(`${count(evicted)} given up while open, to bound memory (--max-connections)`);
  return parts.join('; ');
}

function handshakesText({ handshakes, connectTime }: Summary): string {
  const outcomes = nonZero(handshakes);
  if (outcomes === '' || connectTime === null) return outcomes || 'none';
  const { p50, p95, p99, max } = connectTime;
  const times = Object.entries({ p50, p95, p99, max }).map(([name, value]) => `${name} ${duration(value)}`);
  return `${outcomes}; connect ${times.join(', ')}`;
}

function resetsText({ resets, resetCauses }: Summary): string {
  const { fromClient, fromServer } = resets;
  if (fromClient + fromServer === 0) return 'none';
  return `${count(fromClient)} from clients, ${count(fromServer)} from servers: ${nonZero(resetCauses)}`;
}

function nonZero(counts: Record<string, number>): string {
  return Object.entries(counts)
    .filter(([, value]) => value > 0)
    .map(([name, value]) => `${count(value)} ${name}`)
    .join(', ');
}
