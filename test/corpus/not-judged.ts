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
  if (/ipv6\.(routing|dstopts)/.test(row.layers)) {
    return 'the row has the outer addresses; the conversation of tshark itself has the final ones, as ours';
  }
  return null;
}

/** Ports of tunnels in UDP: VXLAN, VXLAN-GPE, GENEVE, GTP-U, Teredo, GRE, L2TP, CAPWAP. */
const TUNNEL_PORTS = new Set([4789, 4790, 6081, 2152, 3544, 4754, 1701, 5246, 5247]);

export function isAroundTunnel(onePort: number, otherPort: number): boolean {
  return TUNNEL_PORTS.has(onePort) || TUNNEL_PORTS.has(otherPort);
}

const TWO_STREAMS = 'request and response of one UDP conversation are two streams';

/**
 * The UDP streams of a file that cannot be compared, and why. tshark gives a stream to the UDP around a tunnel too,
 * where the record is of the innermost connection; and its dissectors of SNMP, RPC and the like make conversations
 * without a port, which gives request and response a stream each.
 */
export function udpNotJudged(rows: OracleStream[]): Map<OracleStream, string> {
  const reasons = new Map<OracleStream, string>();
  const seen = new Map<string, OracleStream>();
  for (const row of rows) {
    if (isAroundTunnel(row.a_port, row.b_port)) {
      reasons.set(row, 'UDP around a tunnel is a stream of its own in tshark');
    }
    const pair = [`${row.a_ip} ${row.a_port}`, `${row.b_ip} ${row.b_port}`].sort().join(' ');
    const other = seen.get(pair);
    seen.set(pair, row);
    if (other === undefined) continue;
    for (const each of [row, other]) reasons.set(each, TWO_STREAMS);
  }
  return reasons;
}

/** Whether the other streams of a file come in the same order: not where one conversation is two streams. */
export function isJudgedInOrder(reasons: Map<OracleStream, string>): boolean {
  return ![...reasons.values()].includes(TWO_STREAMS);
}

/** Why the oracle's streams of a whole file are not compared with the number of ours. */
export function fileNotJudged(file: CorpusFile): string | null {
  return FILES.find(([pattern]) => pattern.test(file.name))?.[1] ?? null;
}
