import { makeFindings } from './findings.ts';
import { makeRecord } from './make-record.ts';

import type { Connection, Finding, Protocol, Severity } from './record.ts';
import { RecordView } from './record-view.ts';

import {
  C_FIRST_FRAME,
  C_FIRST_NANOSECONDS,
  C_STREAM,
  E_PACKETS,
  E_RESETS,
  E_RETRANSMISSIONS,
  F_BYTES,
  INT_STRIDE,
  T_BASE_SECONDS,
  T_INITIAL_RTT,
} from './track/columns.ts';
import { connectNanoseconds } from './track/handshake-record.ts';
import type { RecordSource } from './track/record-source.ts';
import type { RowBatch } from './track/row-batch.ts';
import { protocolOf, sidesOf } from './track/sides.ts';
import { durationOf } from './track/times.ts';

/** Keys of `--sort`. */
export const SORT_KEYS = [
  'start',
  'duration',
  'packets',
  'bytes',
  'retransmissions',
  'connect-time',
  'rtt',
  'resets',
  'problems',
] as const;
export type SortKey = (typeof SORT_KEYS)[number];

/**
 * A connection that has ended, as it stands in the tracker. Valid only during the call that hands it out:
 * take what you need, `record()` is the expensive part (about 10 µs) and makes the plain object.
 */
export interface EndedConnection {
  readonly protocol: Protocol;
  readonly stream: number;
  readonly firstFrame: number;
  /** Value of a sort key without making a record (seconds, bytes, counts); NaN where unknown. */
  sortValue(key: SortKey): number;
  record(): Connection;
  /** Severity of the worst finding, without making a record; null where nothing was found. */
  readonly severity: Severity | null;
  /**
   * The same record with each part made when it is read, for who reads few. It shows this connection only during the
   * call; what was read of it stays.
   */
  view(): Connection;
  /** Copies what the record is made from; absent where there is nothing to copy. */
  copyTo?(batch: RowBatch): void;
}

/** The one EndedConnection of an analysis, set to a row before it is handed out. */
export class EndedRow implements EndedConnection {
  /** Absent where calls are wanted: who sent how much when is no part of a row. */
  readonly copyTo?: (batch: RowBatch) => void;
  readonly #source: RecordSource;
  readonly #view: RecordView;
  #row = 0;
  #record: Connection | null = null;
  #findings: readonly Finding[] | null = null;

  constructor(source: RecordSource) {
    this.#source = source;
    this.#view = new RecordView(source);
    if (source.turns === null) this.copyTo = (batch) => batch.add(source, this.#row);
  }

  set(row: number): void {
    this.#row = row;
    this.#record = null;
    this.#findings = null;
    this.#view.set(row);
  }

  get protocol(): Protocol {
    return protocolOf(this.#source.slab.ints, this.#row * INT_STRIDE);
  }

  get stream(): number {
    return this.#source.slab.ints[this.#row * INT_STRIDE + C_STREAM];
  }

  get firstFrame(): number {
    return this.#source.slab.ints[this.#row * INT_STRIDE + C_FIRST_FRAME];
  }

  /** Worst first. */
  get findings(): readonly Finding[] {
    this.#findings ??= makeFindings(this.#source, this.#row, sidesOf(this.#source.slab.ints, this.#row));
    return this.#findings;
  }

  get severity(): Severity | null {
    const { findings } = this;
    return findings.length === 0 ? null : findings[0].severity;
  }

  record(): Connection {
    this.#record ??= makeRecord(this.#source, this.#row);
    return this.#record;
  }

  view(): Connection {
    return this.#view;
  }

  sortValue(key: SortKey): number {
    const { ints, floats } = this.#source.slab;
    const sides = sidesOf(ints, this.#row);
    const { at, times, client, server, clientTimes, serverTimes } = sides;
    switch (key) {
      case 'start':
        return floats[times + T_BASE_SECONDS] + ints[at + C_FIRST_NANOSECONDS] / 1e9;
      case 'duration':
        return durationOf(ints, floats, sides);
      case 'packets':
        return ints[client + E_PACKETS] + ints[server + E_PACKETS];
      case 'bytes':
        return floats[clientTimes + F_BYTES] + floats[serverTimes + F_BYTES];
      case 'retransmissions':
        return ints[client + E_RETRANSMISSIONS] + ints[server + E_RETRANSMISSIONS];
      case 'connect-time':
        return connectNanoseconds(ints, floats, at, times) / 1e9;
      case 'rtt':
        return floats[times + T_INITIAL_RTT] === 0 ? Number.NaN : floats[times + T_INITIAL_RTT] / 1e9;
      case 'resets':
        return ints[client + E_RESETS] + ints[server + E_RESETS];
      case 'problems':
        return this.findings.length;
    }
  }
}
