import type { CorpusFile, OracleStream, OracleTcpStream } from './oracle.ts';

/** Captures whose oracle rows are known to be wrong, and why. */
const FILES: [RegExp, string][] = [
  [/hadrielk-pcapng-test-generator__(.*__)?test(018|102|202)\./, 'tshark numbers pcapng custom blocks as frames'],
  [/cisco-fabric-path\.pcap/, 'tshark dissects only every second frame'],
  [/simson\.pcap/, 'frames cut inside the TCP header get no stream'],
];

/** Why the oracle is no judge of a stream; null where it is. */
export function notJudged(file: CorpusFile, row: OracleStream | OracleTcpStream): string | null {
  for (const [pattern, reason] of FILES) if (pattern.test(file.name)) return reason;
  if ('multi_tcp_frames' in row && row.multi_tcp_frames > 0) return 'frames with several TCP layers count once';
  return null;
}

/** Why the oracle's streams of a whole file are not compared with the number of ours. */
export function fileNotJudged(file: CorpusFile): string | null {
  return FILES.find(([pattern]) => pattern.test(file.name))?.[1] ?? null;
}
