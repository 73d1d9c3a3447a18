import type { Connection, Side } from '../record.ts';
import { endpointText } from '../report/endpoint.ts';

export function other(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}

/** 'The client' */
export function The(side: Side): string {
  return `The ${side}`;
}

/** 'server 10.0.0.2:80' */
export function named(record: Connection, side: Side): string {
  return `${side} ${endpointText(record[side])}`;
}

/** 'frame 3', 'frames 3 and 7', 'frames 3, 7 and 9' */
export function framesList(frames: readonly number[]): string {
  const shown = frames.slice(0, 4).map(String);
  if (shown.length < frames.length) return `frames ${shown.join(', ')} …`;
  const last = shown.pop() ?? '';
  return shown.length === 0 ? `frame ${last}` : `frames ${shown.join(', ')} and ${last}`;
}
