import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../../parsers/packet-view.ts';
import type { Connection } from '../record.ts';
import { bytes, count, counted, duration } from '../report/units.ts';
import { ANALYSIS_KEEP_ALIVE } from '../track/tcp-analysis.ts';
import { chunkNames } from './chunk-names.ts';
import type { EndpointIndex, Frame } from './frame.ts';
import type { CollectedConnection } from './frame-collector.ts';
import { acknowledged, finNumber, type Landmark, type Landmarks } from './landmarks.ts';
import { marksOf } from './marks.ts';
import { relativeTo } from './sequence-number.ts';
import type { Step } from './step.ts';

/** What stands on an arrow, so that it can be fitted to its length. */
export interface Label {
  /** What must be read; each in full where there is room, else shorter: 'SYN J=0', 'SYN J'. */
  parts: LabelPart[];
  /** What must be read too, and may stand under the arrow. */
  remarks: string[];
  /** What may be left out, from the end. */
  details: string[];
}

export interface LabelPart {
  long: string;
  short: string;
}

/** Everything that must be read, in its short form. */
export function labelText({ parts, remarks }: Label): string {
  return [...parts.map(({ short }) => short), ...remarks].join(', ');
}

/** How sequence numbers of each endpoint are written. */
type Numbering = (number: number, endpoint: EndpointIndex) => number;

/** @param absolute sequence numbers as on the wire, instead of counted from each side's first */
export function labelOf(step: Step, connection: CollectedConnection, landmarks: Landmarks, absolute: boolean): Label {
  const numbering: Numbering = (number, endpoint) =>
    absolute ? number : relativeTo(number, connection.bases[endpoint]);
  const { protocol } = connection.record;
  switch (step.kind) {
    case 'icmp':
      return icmpLabel(step, connection);
    case 'folded':
      return foldedLabel(step, connection);
    case 'turn':
      return turnLabel(step, protocol === 'tcp' ? numbering : null);
    case 'acks':
      return protocol === 'tcp' ? acksLabel(step, numbering) : plain(counted(step.packets[step.sender], 'SACK'));
    case 'packet':
      if (protocol === 'sctp') return chunkLabel(step);
      return step.packets[step.sender] > 1
        ? alikeLabel(step, numbering)
        : segmentLabel(step, landmarks, numbering, connection.record);
  }
}

function segmentLabel({ first }: Step, landmarks: Landmarks, numbering: Numbering, record: Connection): Label {
  if (first === null) return plain('');
  const { flags, length, sender } = first;
  const peer = sender === 0 ? 1 : 0;
  const parts: LabelPart[] = [];
  const details: string[] = [];
  const numbered = (name: string, landmark: Landmark | null, number: number): LabelPart => {
    const isIt = landmark?.number === number;
    const short = isIt ? `${name} ${landmark.letter}` : name;
    return { short, long: `${short}${isIt ? '=' : ' '}${numbering(number, sender)}` };
  };

  if ((flags & TCP_SYN) !== 0) parts.push(numbered('SYN', landmarks.syn[sender], first.sequence));
  const names = namesOf(first);
  if (length > 0 && !isProbe(first)) {
    parts.push(same(bytes(length)));
    if ((flags & TCP_SYN) === 0) details.push(range(first, numbering));
  }
  if ((flags & TCP_FIN) !== 0) {
    parts.push(numbered('FIN', landmarks.fin[sender], finNumber(first)));
  }
  if ((flags & TCP_RST) !== 0) {
    parts.push(same('RST'));
    details.push(`seq ${numbering(first.sequence, sender)}`);
  }
  if ((flags & TCP_ACK) !== 0) {
    const number = numbering(first.acknowledgment, peer);
    // An RST acknowledges a SYN only where its sender sent none itself: it refuses.
    const isRefusal = (flags & TCP_RST) !== 0 && landmarks.syn[sender] === null;
    const isHandshakeAck = record.handshake?.ack?.frame === first.frame;
    const isOfSyn = isHandshakeAck || isRefusal || (flags & TCP_SYN) !== 0;
    const symbol = acknowledged(isOfSyn ? landmarks.syn[peer] : landmarks.fin[peer], first.acknowledgment);
    if (symbol !== null && length === 0) {
      parts.push({ short: `ACK ${symbol}`, long: `ACK ${symbol}=${number}` });
    } else if ((flags & (TCP_SYN | TCP_FIN | TCP_RST)) !== 0) {
      parts.push({ short: 'ACK', long: `ACK ${number}` });
    } else if (length === 0 && !isProbe(first)) {
      parts.push(same(`ACK ${number}`));
    } else {
      details.push(`ACK ${number}`);
    }
  }
  if (parts.length === 0 && flags === 0) parts.push(same('no flags'));
  // A keep-alive says it all.
  if (parts.length === 0 && names.length > 0) parts.push(same(names.shift() ?? ''));
  const reset = record.resets.find(({ frame }) => frame === first.frame);
  const remarks = [...names, ...missing(first), ...(reset?.accepted === false ? ['ignored'] : [])];
  return { parts, remarks, details: [...details, ...options(first)] };
}

/** What it is flagged as, as far as it is worth a word. */
function namesOf({ found, probesWindow, missing: before }: Frame): string[] {
  // What is missing says more than that something is.
  const names = marksOf(found).filter(
    (name) => name !== 'window update' && (name !== 'lost segment before' || before <= 0),
  );
  return names.map((name) => (name === 'keep-alive' && probesWindow ? 'window probe' : name));
}

/** It carries nothing, whatever its length. */
function isProbe({ found }: Frame): boolean {
  return (found & ANALYSIS_KEEP_ALIVE) !== 0;
}

/** What a SYN offers; the SACK blocks of others. */
function options({ syn, sack, window, flags }: Frame): string[] {
  if (syn === null) return sack === null || (flags & TCP_RST) !== 0 ? [] : [counted(sack.count, 'SACK block')];
  const said = [`win ${window}`];
  if (syn.mss >= 0) said.push(`mss ${syn.mss}`);
  if (syn.windowScale >= 0) said.push(`scale ${syn.windowScale}`);
  if (syn.sackPermitted) said.push('SACK');
  if (syn.timestamps) said.push('timestamps');
  return said;
}

/** Several flagged alike: how many, and how much. */
function alikeLabel(step: Step, numbering: Numbering): Label {
  const { first, last, sender } = step;
  if (first === null || last === null) return plain('');
  const packets = step.packets[sender];
  const [name] = namesOf(first);
  const parts = [same(`${count(packets)} × ${name ?? (first.length > 0 ? 'segment' : 'ACK')}`)];
  const carries = !isProbe(first) && step.bytes[sender] > 0;
  const isSame = carries && first.sequence === last.sequence && first.length === last.length;
  const remarks = isSame ? [`the same ${bytes(first.length)}`] : [];
  if (carries && !isSame) parts.push(same(bytes(step.bytes[sender])));
  remarks.push(...missing(first), ...took('over ', step));
  return { parts, remarks, details: first.length > 0 ? [range(first, numbering)] : [] };
}

function turnLabel(step: Step, numbering: Numbering | null): Label {
  const { first, last, sender } = step;
  if (first === null || last === null) return plain('');
  const parts = [same(bytes(step.bytes[sender]))];
  const packets = step.packets[sender];
  const details: string[] = [];
  if (packets > 1) {
    parts.push(same(counted(packets, numbering === null ? 'packet' : 'segment')));
    details.push(...took('', step));
  }
  if (numbering !== null) {
    const start = numbering(first.sequence, sender);
    details.push(`seq ${start}:${numbering((last.sequence + last.length) >>> 0, sender)}`);
    if (packets === 1) details.push(`ACK ${numbering(first.acknowledgment, sender === 0 ? 1 : 0)}`);
  }
  return { parts, remarks: counts(step), details };
}

/** Flags of packets within a turn that are worth a word. */
function counts({ marks }: Step): string[] {
  const said = [...marks].filter(([name]) => name !== 'window update');
  return said.map(([name, times]) => (times === 1 ? `1 ${name}` : `${count(times)} × ${name}`));
}

function acksLabel(step: Step, numbering: Numbering): Label {
  const { first, last, sender } = step;
  if (first === null || last === null) return plain('');
  const number = numbering(last.acknowledgment, sender === 0 ? 1 : 0);
  const packets = step.packets[sender];
  const [name] = marksOf(first.found);
  const what = name === undefined || name === 'window update' ? 'ACK' : name;
  const isUpdate = packets === 1 && name === 'window update';
  return {
    parts: [same(packets === 1 ? `${what} ${number}` : `${count(packets)} × ${what} ${number}`)],
    remarks: isUpdate ? ['window update'] : [],
    details: isUpdate ? [`win ${last.window}`] : options(last),
  };
}

function chunkLabel(step: Step): Label {
  const { first, sender } = step;
  if (first === null) return plain('');
  const packets = step.packets[sender];
  const names = chunkNames(first.chunks);
  const parts = names.map(same);
  if (step.bytes[sender] > 0) parts.push(same(bytes(step.bytes[sender])));
  if (packets > 1) parts.unshift(same(`${count(packets)} ×`));
  return { parts, remarks: [], details: [] };
}

/** The text of an error is in the record as long as it is among the first ones. */
function icmpLabel({ frame }: Step, { record }: CollectedConnection): Label {
  const error = record.icmp.find((each) => each.frame === frame);
  if (error === undefined) return plain('ICMP error');
  const version = error.from.includes(':') ? 'ICMPv6' : 'ICMP';
  return {
    parts: [{ short: error.text, long: `${version} ${error.text}` }],
    remarks: [`from ${error.from}`],
    details: [],
  };
}

function foldedLabel(step: Step, { client }: CollectedConnection): Label {
  const server = client === 0 ? 1 : 0;
  const way = (endpoint: EndpointIndex, name: string) =>
    step.packets[endpoint] === 0 ? [] : [`${bytes(step.bytes[endpoint])} from the ${name}`];
  return {
    parts: [same(counted(step.packets[0] + step.packets[1], 'packet'))],
    remarks: [...way(client, 'client'), ...way(server, 'server'), ...counts(step)],
    details: [...(step.turns > 1 ? [`${count(step.turns)} turns`] : []), ...took('in ', step)],
  };
}

/** How long the packets of a step took; nothing where the clock was set back meanwhile. */
function took(word: string, { at, until }: Step): string[] {
  return until < at ? [] : [`${word}${duration((until - at) / 1e9)}`];
}

function missing({ missing: bytesMissing }: Frame): string[] {
  return bytesMissing > 0 ? [`${bytes(bytesMissing)} missing before it`] : [];
}

function range({ sequence, length, sender }: Frame, numbering: Numbering): string {
  return `seq ${numbering(sequence, sender)}:${numbering((sequence + length) >>> 0, sender)}`;
}

function same(text: string): LabelPart {
  return { long: text, short: text };
}

function plain(text: string): Label {
  return { parts: [same(text)], remarks: [], details: [] };
}
