import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CaptureFormatError } from '../../parsers/capture-file/reader.ts';
import { InputError } from '../../src/capture/input-error.ts';
import type { Connection } from '../../src/record.ts';
import type { ChangeName } from './changes.ts';
import type { Contradiction } from './contradictions.ts';
import { type Examination, type ExamineOptions, examined } from './examine.ts';
import { type Frame, readFrames, writeFrames } from './frames.ts';
import type { CaptureResult, Row } from './tally.ts';

export interface CaptureOptions extends ExamineOptions {
  /** Captures with more packets are left out. */
  readonly mostPackets: number;
  /** Folder for the changed copies that say something untrue; null to keep none. */
  readonly keep: string | null;
}

/** Reads a capture file and examines it. @param name what it is called in the result */
export async function captureResult(path: string, name: string, options: CaptureOptions): Promise<CaptureResult> {
  const leftOut = (why: string) => ({ file: name, leftOut: why, compared: {}, rows: [] });
  let frames: Frame[] | null;
  try {
    frames = await readFrames(path, options.mostPackets);
  } catch (error) {
    if (error instanceof CaptureFormatError || error instanceof InputError) return leftOut('no capture');
    throw error;
  }
  if (frames === null) return leftOut(`more than ${options.mostPackets} packets`);
  const compared: Partial<Record<ChangeName, number>> = {};
  const rows: Row[] = [];
  for await (const { copy, comparison } of examined(frames, options)) {
    compared[copy.change] = (compared[copy.change] ?? 0) + comparison.compared;
    rows.push(...comparison.contradictions.map((each) => rowOf(name, copy, each)));
    if (comparison.contradictions.length > 0 && options.keep !== null) keepCopy(options.keep, name, copy);
  }
  return Object.keys(compared).length === 0 ? leftOut('no connection') : { file: name, leftOut: null, compared, rows };
}

function rowOf(
  file: string,
  copy: Examination['copy'],
  { change, kind, words, whole, copy: said }: Contradiction,
): Row {
  const stream = `${whole.protocol} ${whole.stream}`;
  return { file, change, copy: copy.words, stream, kind, words, whole: inShort(whole), changed: inShort(said) };
}

function inShort({ handshake, close, findings, sockets, fromClient, fromServer }: Connection): string {
  const closer = close?.firstCloser ? ` by ${close.firstCloser}` : '';
  const codes = findings.map(({ code, side }) => (side === null ? code : `${code} (${side})`));
  const errnos = (['client', 'server'] as const).flatMap((side) => {
    const { error } = sockets[side];
    return error === null ? [] : [`${side} ${error}`];
  });
  const parts = [
    `${fromClient.packets}+${fromServer.packets} packets`,
    ...(handshake === null ? [] : [handshake.outcome]),
    ...(close === null ? [] : [`${close.style}${closer}`]),
    ...errnos,
    codes.length === 0 ? 'no findings' : codes.join(' + '),
  ];
  return parts.join(', ');
}

/** All its packets must be of one link type for a classic file. */
function keepCopy(folder: string, name: string, { change, words, frames }: Examination['copy']): void {
  mkdirSync(folder, { recursive: true });
  const isPlain = frames.every(({ linkType, interfaceId }) => linkType === frames[0].linkType && interfaceId === 0);
  const which = words.replaceAll(/[^\w]+/g, '-').slice(0, 60);
  writeFrames(join(folder, `${basename(name)}-${change}-${which}.${isPlain ? 'pcap' : 'pcapng'}`), frames);
}
