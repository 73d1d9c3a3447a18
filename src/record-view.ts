import { makeFindings } from './findings.ts';
import { makeRecord } from './make-record.ts';
import type { Connection } from './record.ts';
import { makeResets } from './socket/reset-record.ts';
import { makeSockets } from './socket/sockets.ts';
import { makeClose } from './track/close-record.ts';
import { C_FIRST_FRAME, C_LAST_FRAME, C_STREAM, T_BASE_SECONDS } from './track/columns.ts';
import { makeDirection } from './track/direction-record.ts';
import { makeHandshake } from './track/handshake-record.ts';
import { makeIcmp } from './track/icmp-record.ts';
import type { RecordSource } from './track/record-source.ts';
import { endpointOf, protocolOf, type Sides, sidesOf } from './track/sides.ts';
import { durationOf } from './track/times.ts';

/**
 * The record of one row after another, each part made when it is read; its parts, once read, are plain and stay.
 *
 * For expressions, which read a field or two of each connection: a whole record takes several times as long to make
 * as an expression to evaluate. What is seldom asked for is taken from the whole record. A class, so that the views of
 * all analyses have one shape for the compiler.
 */
export class RecordView implements Connection {
  readonly #source: RecordSource;
  #row = 0;
  #sides: Sides | null = null;
  #whole: Connection | null = null;
  #client: Connection['client'] | undefined;
  #server: Connection['server'] | undefined;
  #handshake: Connection['handshake'] | undefined;
  #close: Connection['close'] | undefined;
  #resets: Connection['resets'] | undefined;
  #icmp: Connection['icmp'] | undefined;
  #fromClient: Connection['fromClient'] | undefined;
  #fromServer: Connection['fromServer'] | undefined;
  #sockets: Connection['sockets'] | undefined;
  #findings: Connection['findings'] | undefined;

  constructor(source: RecordSource) {
    this.#source = source;
  }

  set(row: number): void {
    this.#row = row;
    this.#sides = null;
    this.#whole = null;
    this.#client = undefined;
    this.#server = undefined;
    this.#handshake = undefined;
    this.#close = undefined;
    this.#resets = undefined;
    this.#icmp = undefined;
    this.#fromClient = undefined;
    this.#fromServer = undefined;
    this.#sockets = undefined;
    this.#findings = undefined;
  }

  get #places(): Sides {
    this.#sides ??= sidesOf(this.#source.slab.ints, this.#row);
    return this.#sides;
  }

  get #record(): Connection {
    this.#whole ??= makeRecord(this.#source, this.#row);
    return this.#whole;
  }

  get stream() {
    return this.#source.slab.ints[this.#places.at + C_STREAM];
  }

  get protocol() {
    return protocolOf(this.#source.slab.ints, this.#places.at);
  }

  get client() {
    this.#client ??= endpointOf(this.#source, this.#places.at, this.#places.clientEndpoint);
    return this.#client;
  }

  get server() {
    this.#server ??= endpointOf(this.#source, this.#places.at, 1 - this.#places.clientEndpoint);
    return this.#server;
  }

  get firstFrame() {
    return this.#source.slab.ints[this.#places.at + C_FIRST_FRAME];
  }

  get lastFrame() {
    return this.#source.slab.ints[this.#places.at + C_LAST_FRAME];
  }

  get duration() {
    const { ints, floats } = this.#source.slab;
    return durationOf(ints, floats, this.#places);
  }

  get handshake() {
    if (this.#handshake === undefined) {
      const { ints, floats } = this.#source.slab;
      const { at, times, client, server } = this.#places;
      this.#handshake = this.protocol === 'udp' ? null : makeHandshake(ints, floats, at, times, client, server);
    }
    return this.#handshake;
  }

  get close() {
    if (this.#close === undefined) {
      this.#close = this.protocol === 'udp' ? null : makeClose(this.#source, this.#row, this.#places);
    }
    return this.#close;
  }

  get resets() {
    this.#resets ??= makeResets(this.#source, this.#row, this.#places);
    return this.#resets;
  }

  get icmp() {
    const { slab, events } = this.#source;
    this.#icmp ??= makeIcmp(slab, events, this.#row, slab.floats[this.#places.times + T_BASE_SECONDS]);
    return this.#icmp;
  }

  get fromClient() {
    const { ints, floats } = this.#source.slab;
    const sides = this.#places;
    this.#fromClient ??= makeDirection(ints, floats, sides, sides.client, sides.clientTimes);
    return this.#fromClient;
  }

  get fromServer() {
    const { ints, floats } = this.#source.slab;
    const sides = this.#places;
    this.#fromServer ??= makeDirection(ints, floats, sides, sides.server, sides.serverTimes);
    return this.#fromServer;
  }

  get sockets() {
    this.#sockets ??= makeSockets(this.#source, this.#row, this.#places);
    return this.#sockets;
  }

  get findings() {
    this.#findings ??= makeFindings(this.#source, this.#row, this.#places) as Connection['findings'];
    return this.#findings;
  }

  get rolesInferred() {
    return this.#record.rolesInferred;
  }

  get vlan() {
    return this.#record.vlan;
  }

  get tunnel() {
    return this.#record.tunnel;
  }

  get start() {
    return this.#record.start;
  }

  get end() {
    return this.#record.end;
  }

  get zeek() {
    return this.#record.zeek;
  }

  get completeness() {
    return this.#record.completeness;
  }
}
