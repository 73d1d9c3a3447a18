import type { PacketView } from '../../parsers/packet-view.ts';
import { C_HASH, C_REUSED_STREAM, C_STREAM, C_ZONE, INT_STRIDE, T_BASE_SECONDS } from './columns.ts';
import type { Cursor } from './cursor.ts';
import type { EventPool } from './events.ts';
import { enterFlow, type FlowTable } from './flow-table.ts';
import { nameQuotedRow, nameRow } from './rows.ts';
import { type Slab, takeRow } from './slab.ts';
import { W_HASH, W_SCTP_STREAMS, W_TCP_STREAMS, W_UDP_STREAMS } from './words.ts';
import { isLinkLocal, type Zones } from './zones.ts';

/** IP protocol numbers. */
const TCP = 6;
const UDP = 17;

/** What a new row is entered in. */
interface Tables {
  slab: Slab;
  flows: FlowTable;
  events: EventPool;
  zones: Zones;
  /** Name of the interface that the packet came from, '' where it is not known. */
  interfaceName: (view: PacketView) => string;
}

/** Begins connections: gives each a row, its names and its stream number, as Wireshark counts them for each protocol. */
export class Beginnings {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /**
   * The connection whose first packet this is; the flow table has just looked for it.
   * @param reused number of the stream that used its addresses and ports before, plus 1; 0 where there was none
   * @returns its row
   */
  begin(view: PacketView, reused: number): number {
    const { slab, flows } = this.#tables;
    slab.makeRoom();
    flows.makeRoom();
    const row = beginRow(slab, flows, view, reused);
    this.#noteZone(row, view);
    return row;
  }

  /** A connection of which only an ICMP error, or the packet of a tunnel, is known. */
  beginQuoted(view: PacketView): number {
    const { slab, flows } = this.#tables;
    const row = slab.allocate();
    nameQuotedRow(slab, row, view);
    nameStream(slab, row, view.quotedProtocol);
    flows.insert(row);
    return row;
  }

  /** The first packet of a connection that was only quoted before: it names the row anew. */
  adopt(cursor: Cursor, view: PacketView): void {
    const { slab, events } = this.#tables;
    const { row, floats, times } = cursor;
    events.rebase(slab, row, (floats[times + T_BASE_SECONDS] - view.seconds) * 1e9, cursor.sender);
    nameRow(slab, row, view);
    this.#noteZone(row, view);
    cursor.set(slab, row, 0);
  }

  #noteZone(row: number, view: PacketView): void {
    if (!isBetweenNeighbours(view)) return;
    const { slab, zones, interfaceName } = this.#tables;
    slab.ints[row * INT_STRIDE + C_ZONE] = zones.number(interfaceName(view));
  }
}

/** Link-local addresses mean something only together with their interface. */
export function isBetweenNeighbours(view: PacketView): boolean {
  return view.ipVersion === 6 && (isLinkLocal(view.source0) || isLinkLocal(view.destination0));
}

/**
 * A row for the connection whose first packet this is, where both tables have room; the flow table has just looked for it.
 * @param reused as for `begin`
 */
export function beginRow(slab: Slab, flows: FlowTable, view: PacketView, reused: number): number {
  const row = takeRow(slab);
  nameRow(slab, row, view);
  slab.ints[row * INT_STRIDE + C_REUSED_STREAM] = reused;
  nameStream(slab, row, view.ipProtocol);
  enterFlow(flows, slab, row);
  return row;
}

/** Hash of a row whose key was just looked for, and its stream number. */
function nameStream({ ints, words }: Slab, row: number, protocol: number): void {
  const counter = protocol === TCP ? W_TCP_STREAMS : protocol === UDP ? W_UDP_STREAMS : W_SCTP_STREAMS;
  const at = row * INT_STRIDE;
  ints[at + C_HASH] = words[W_HASH];
  ints[at + C_STREAM] = words[counter];
  words[counter]++;
}
