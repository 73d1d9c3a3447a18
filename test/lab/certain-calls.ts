import type { Side, SocketCall } from '../../src/record.ts';
import { nanoseconds, type TrueCall, type TrueSide } from './truth.ts';

/** Holds what a record calls certain about one side's calls against the program's own notes. */
export function certainCalls(
  side: Side,
  truth: TrueSide | null,
  calls: SocketCall[],
): { asked: number; wrong: string[] } {
  const certain = calls.filter(({ certainty }) => certainty === 'certain');
  const untrue = certain.filter((call) => !isTrue(call, side, truth)).map(callText);
  return { asked: certain.length, wrong: [...untrue, ...earlyBytes(certain, truth?.calls ?? [])] };
}

function isTrue({ call, result, errno }: SocketCall, side: Side, truth: TrueSide | null): boolean {
  const actual = truth?.calls ?? [];
  switch (call) {
    case 'listen':
      return side === 'server' && truth !== null;
    case 'connect':
      // With Fast Open it is the first write that connects.
      return actual.some(
        (each) =>
          (each.call === 'connect' && isAnswer(each, result, errno)) || (each.call === 'write' && errno === null),
      );
    case 'shutdown':
      return actual.some((each) => each.call === 'shutdown' && each.result === 0);
    case 'write':
      // How much is looked at below; a write that never returned counts nothing.
      return actual.some((each) => each.call === 'write');
    case 'accept':
    case 'read':
    case 'close':
      return actual.some((each) => each.call === call && isAnswer(each, result, errno));
  }
}

function isAnswer(actual: TrueCall, result: number | null, errno: string | null): boolean {
  if (result === null || actual.errno === 'EINPROGRESS') return true;
  return actual.errno === errno && (actual.result ?? 0) < 0 === result < 0;
}

/** Written bytes that the record has earlier than the program had written them. */
function earlyBytes(certain: SocketCall[], actual: TrueCall[]): string[] {
  const writes = actual.filter(({ call }) => call === 'write');
  if (writes.some(({ end }) => end === null)) return [];
  let bytes = 0;
  const wrong: string[] = [];
  for (const write of certain.filter(({ call }) => call === 'write')) {
    bytes += write.result ?? 0;
    const until = write.end === null ? null : nanoseconds(write.end.time);
    const begun = writes.filter(({ start }) => until === null || nanoseconds(start) <= until);
    const possible = begun.reduce((sum, { result }) => sum + Math.max(0, result ?? 0), 0);
    if (bytes > possible) wrong.push(`${callText(write)} when ${possible} were written`);
  }
  return wrong;
}

function callText({ call, result, errno, because }: SocketCall): string {
  return `${call}() = ${result}${errno === null ? '' : ` ${errno}`} (${because})`;
}
