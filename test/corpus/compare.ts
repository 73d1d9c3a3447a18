import type { Connection } from '../../src/record.ts';
import { CLOSE_FIELDS, type Field, orient, STREAM_FIELDS, TCP_FIELDS } from './fields.ts';
import { fileNotJudged, isAroundTunnel, isJudgedInOrder, notJudged, udpNotJudged } from './not-judged.ts';
import type { Corpus, CorpusFile, OracleStream } from './oracle.ts';
import { Tallies } from './tally.ts';

/** Everything that a run over the corpus finds. */
export class Comparison {
  readonly tcp = new Tallies();
  readonly udp = new Tallies();
  readonly close = new Tallies();
  readonly zeek = new Tallies();
  /** Streams that the oracle is no judge of, by reason. */
  readonly notJudged = new Map<string, number>();

  /** Compares the records of one capture with all that the oracle says of it. */
  file(corpus: Corpus, file: CorpusFile, connections: Connection[]): void {
    const tcp = connections.filter((connection) => connection.protocol === 'tcp');
    const udp = connections.filter((connection) => connection.protocol === 'udp');
    this.#streams(this.tcp, TCP_FIELDS, file, corpus.tcpStreams(file), tcp);
    const udpStreams = corpus.udpStreams(file);
    this.#streams(this.udp, STREAM_FIELDS, file, udpStreams, udp, udpNotJudged(udpStreams));
    this.#closes(corpus, file, tcp);
    this.#zeek(corpus, file, tcp);
  }

  #streams<Row extends OracleStream>(
    tallies: Tallies,
    fields: Field<Row>[],
    file: CorpusFile,
    rows: Row[],
    connections: Connection[],
    rowsNotJudged = new Map<OracleStream, string>(),
  ): void {
    const judgedInOrder = isJudgedInOrder(rowsNotJudged);
    const rowsInOrder = rows.filter((row) => !rowsNotJudged.has(row));
    const inOrder = connections.filter((connection) => !isAroundTunnel(connection.client.port, connection.server.port));
    inOrder.sort((one, other) => one.stream - other.stream);
    const byFrame = new Map(connections.map((connection) => [connection.firstFrame, connection]));
    for (const row of rows) {
      const reason = notJudged(file, row) ?? rowsNotJudged.get(row) ?? null;
      if (reason !== null) {
        this.#countNotJudged(reason);
        continue;
      }
      const k = rowsInOrder.indexOf(row);
      const same = judgedInOrder ? inOrder[k] : byFrame.get(row.first_frame);
      tallies.compare('stream split', file.name, row.stream, describeRow(row), same ? describe(same, row) : null);
      // One stream too many shifts all that follow; the other fields are compared with the stream that is meant.
      const meant = same?.firstFrame === row.first_frame ? same : (byFrame.get(row.first_frame) ?? same);
      const stream = meant && orient(meant, row);
      if (judgedInOrder) {
        const why = () => whyOtherNumber(k, stream ? inOrder.indexOf(stream.connection) : null);
        tallies.compare('stream number', file.name, row.stream, row.stream, stream?.connection.stream ?? null, why);
      } else {
        this.#countNotJudged('only the number of the stream: a UDP conversation of its file is two streams');
      }
      if (!stream) continue;
      for (const field of fields) {
        tallies.compare(field.name, file.name, row.stream, field.oracle(row), field.ours(stream, row));
      }
    }
    if (fileNotJudged(file) === null && judgedInOrder && (rowsInOrder.length > 0 || inOrder.length > 0)) {
      tallies.compare('number of streams', file.name, -1, rowsInOrder.length, inOrder.length);
    }
  }

  #countNotJudged(reason: string): void {
    this.notJudged.set(reason, (this.notJudged.get(reason) ?? 0) + 1);
  }

  #closes(corpus: Corpus, file: CorpusFile, connections: Connection[]): void {
    const byFrame = new Map(connections.map((connection) => [connection.firstFrame, connection]));
    for (const row of corpus.tcpStreams(file)) {
      const close = corpus.closes.get(`${file.name} ${row.stream}`);
      const connection = byFrame.get(row.first_frame);
      const stream = connection && orient(connection, row);
      if (close === undefined || !stream || notJudged(file, row) !== null) continue;
      for (const field of CLOSE_FIELDS) {
        this.close.compare(field.name, file.name, row.stream, field.oracle(close), field.ours(stream, close));
      }
    }
  }

  /** Zeek draws some lines elsewhere (checksums, durations), so its table informs and is held to nothing. */
  #zeek(corpus: Corpus, file: CorpusFile, connections: Connection[]): void {
    const rows = corpus.zeek.get(file.name) ?? [];
    for (const row of rows) {
      const number = row.tshark_streams?.length === 1 ? row.tshark_streams[0] : undefined;
      const ours = connections.find((connection) => connection.stream === number);
      if (!row.clean || row.proto !== 'tcp' || row.conn_state === undefined || ours === undefined) continue;
      const stream = ours.stream;
      this.zeek.compare('conn_state', file.name, stream, row.conn_state, ours.zeek.connState);
      this.zeek.compare('history', file.name, stream, row.history, ours.zeek.history);
      const { fromClient, fromServer } = ours;
      const ourPackets = [fromClient.packets, fromServer.packets];
      this.zeek.compare('packets', file.name, stream, [row.orig_pkts, row.resp_pkts], ourPackets);
      const bytes = [row.orig_bytes ?? null, row.resp_bytes ?? null];
      if (bytes.includes(null)) continue;
      this.zeek.compare('bytes', file.name, stream, bytes, [fromClient.uniqueBytes, fromServer.uniqueBytes]);
    }
  }
}

function describeRow(row: OracleStream): string {
  return `${row.a_ip}:${row.a_port} ${row.b_ip}:${row.b_port} from frame ${row.first_frame}`;
}

function describe(connection: Connection, row: OracleStream): string {
  if (connection.firstFrame === row.first_frame && orient(connection, row) !== null) return describeRow(row);
  const { client, server } = connection;
  return `${client.address}:${client.port} ${server.address}:${server.port} from frame ${connection.firstFrame}`;
}

/** Why a stream has another number here than in the oracle; both ranks are among the streams that have frames. */
function whyOtherNumber(oracleRank: number, ourRank: number | null): string {
  if (ourRank === null) return 'no such stream here';
  if (oracleRank === ourRank) return 'the oracle skips indices before it';
  return 'streams before it that only one side has';
}
