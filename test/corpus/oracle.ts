import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A value for each direction of a stream: first a→b, then b→a, where a sent the stream's first frame. */
export type Pair<T> = [T, T];

/** One capture of the corpus, a line of manifest.ndjson. */
export interface CorpusFile {
  name: string;
  role: 'oracle' | 'robustness';
  sha256: string;
  packets: number;
  features: string[];
}

/** What tshark says of one UDP stream, and the part that TCP streams share with it. */
export interface OracleStream {
  stream: number;
  a_ip: string;
  a_port: number;
  b_ip: string;
  b_port: number;
  frames: Pair<number>;
  bytes: Pair<number>;
  first_frame: number;
  last_frame: number;
  first_time: string;
  last_time: string;
  layers: string;
}

/** Names of the tcp.analysis flags that the oracle counts and the record has too. */
export type OracleCounter =
  | 'retransmission'
  | 'fast_retransmission'
  | 'spurious_retransmission'
  | 'out_of_order'
  | 'duplicate_ack'
  | 'zero_window'
  | 'window_full'
  | 'keep_alive'
  | 'keep_alive_ack'
  | 'lost_segment'
  | 'ack_lost_segment'
  | 'window_update'
  | 'zero_window_probe';

export interface OracleTcpStream extends OracleStream, Record<OracleCounter, Pair<number>> {
  first_syn: Pair<number | null>;
  first_synack: Pair<number | null>;
  first_fin: Pair<number | null>;
  first_rst: Pair<number | null>;
  syn_count: Pair<number>;
  fin_count: Pair<number>;
  rst_count: Pair<number>;
  initial_rtt: string | null;
  completeness: number;
  multi_tcp_frames: number;
}

/** How one TCP stream closed, from raw sequence numbers: a line of closes.ndjson. */
export interface OracleClose {
  name: string;
  stream: number;
  /** Position of the first FIN among the stream's frames, per direction. */
  fin_order: Pair<number | null>;
  fin_acked: Pair<boolean>;
  simultaneous: boolean;
}

/** A row of Zeek's conn.log; only the columns that are compared. */
export interface ZeekRow {
  name: string;
  clean: boolean;
  proto?: string;
  conn_state?: string;
  history?: string;
  orig_bytes?: number | null;
  resp_bytes?: number | null;
  orig_pkts?: number;
  resp_pkts?: number;
  'id.orig_h'?: string;
  'id.orig_p'?: number;
  tshark_streams: number[] | null;
}

/** The corpus folder, read on demand. */
export class Corpus {
  readonly folder: string;
  readonly files: CorpusFile[];
  readonly closes: Map<string, OracleClose>;
  readonly zeek: Map<string, ZeekRow[]>;

  constructor(folder: string) {
    this.folder = folder;
    this.files = readLines<CorpusFile>(join(folder, 'manifest.ndjson'));
    this.closes = new Map();
    for (const close of readLines<OracleClose>(join(folder, 'closes.ndjson'))) {
      this.closes.set(`${close.name} ${close.stream}`, close);
    }
    this.zeek = new Map();
    for (const row of readLines<ZeekRow>(join(folder, 'zeek_conn.ndjson'))) {
      this.zeek.set(row.name, [...(this.zeek.get(row.name) ?? []), row]);
    }
  }

  path(file: CorpusFile): string {
    return join(this.folder, file.name);
  }

  tcpStreams(file: CorpusFile): OracleTcpStream[] {
    return readLines(join(this.folder, 'oracle', `${file.sha256.slice(0, 16)}.ndjson`));
  }

  udpStreams(file: CorpusFile): OracleStream[] {
    return readLines(join(this.folder, 'oracle', `${file.sha256.slice(0, 16)}.udp.ndjson`));
  }
}

function readLines<T>(path: string): T[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}
