import {
  PACKET_FRAGMENT,
  PACKET_ICMP_ERROR,
  PACKET_OTHER,
  PACKET_SCTP,
  PACKET_TCP,
  PACKET_UDP,
  type PacketView,
} from '../packet-view.ts';
import { decodeCapwap } from './capwap.ts';
import { noteCarrier } from './carriers.ts';
import { decodeGeneve } from './geneve.ts';
import { decodeGre } from './gre.ts';
import { decodeGtpU } from './gtp-u.ts';
import { decodeL2tp } from './l2tp.ts';
import { decodeMpls } from './mpls.ts';
import { decodeTeredo } from './teredo.ts';
import { decodeVxlan, decodeVxlanGpe } from './vxlan.ts';

/** UDP ports whose packets carry other packets (IANA, Service Name and Transport Protocol Port Number Registry). */
const L2TP_PORT = 1701;
const GTPU_PORT = 2152;
const TEREDO_PORT = 3544;
/** RFC 8086 */
const GRE_PORT = 4754;
const VXLAN_PORT = 4789;
const VXLAN_GPE_PORT = 4790;
const CAPWAP_DATA_PORT = 5247;
const GENEVE_PORT = 6081;
const MPLS_PORT = 6635;
/** What Linux used before VXLAN had a port of its own, and still does by default. */
const VXLAN_LINUX_PORT = 8472;

export function isTunnelPort(port: number): boolean {
  switch (port) {
    case L2TP_PORT:
    case GTPU_PORT:
    case TEREDO_PORT:
    case GRE_PORT:
    case VXLAN_PORT:
    case VXLAN_GPE_PORT:
    case CAPWAP_DATA_PORT:
    case GENEVE_PORT:
    case MPLS_PORT:
    case VXLAN_LINUX_PORT:
      return true;
    default:
      return false;
  }
}

/**
 * Decodes the payload of a UDP packet of which one port is a tunnel's. Where that leads to no connection, the packet
 * is the UDP packet that it was: what the inner headers set is put back. Where it does, the view keeps who carried it.
 */
export function decodeUdpTunnel(view: PacketView, offset: number, claimedEnd: number): number {
  const { source0, source1, source2, source3, destination0, destination1, destination2, destination3 } = view;
  const { ipVersion, ttl, ipId, ipProtocol, payloadStart, payloadLength } = view;
  const { fault, vlanCount, tunnelCount, sourcePort, destinationPort, dataLength, checksum } = view;

  let kind = decodeByPort(view, destinationPort, offset, claimedEnd);
  if (!isConnection(kind)) {
    view.vlanCount = vlanCount;
    view.tunnelCount = tunnelCount;
    kind = decodeByPort(view, sourcePort, offset, claimedEnd);
  }
  if (isConnection(kind)) {
    noteCarrier(
      view,
      ipVersion,
      source0,
      source1,
      source2,
      source3,
      destination0,
      destination1,
      destination2,
      destination3,
      sourcePort,
      destinationPort,
    );
    return kind;
  }

  view.source0 = source0;
  view.source1 = source1;
  view.source2 = source2;
  view.source3 = source3;
  view.destination0 = destination0;
  view.destination1 = destination1;
  view.destination2 = destination2;
  view.destination3 = destination3;
  view.ipVersion = ipVersion;
  view.ttl = ttl;
  view.ipId = ipId;
  view.ipProtocol = ipProtocol;
  view.payloadStart = payloadStart;
  view.payloadLength = payloadLength;
  view.fault = fault;
  view.vlanCount = vlanCount;
  view.tunnelCount = tunnelCount;
  view.sourcePort = sourcePort;
  view.destinationPort = destinationPort;
  view.dataLength = dataLength;
  view.checksum = checksum;
  return PACKET_UDP;
}

function decodeByPort(view: PacketView, port: number, offset: number, claimedEnd: number): number {
  switch (port) {
    case L2TP_PORT:
      return decodeL2tp(view, offset, claimedEnd);
    case GTPU_PORT:
      return decodeGtpU(view, offset, claimedEnd);
    case TEREDO_PORT:
      return decodeTeredo(view, offset, claimedEnd);
    case GRE_PORT:
      return decodeGre(view, offset, claimedEnd);
    case VXLAN_PORT:
    case VXLAN_LINUX_PORT:
      return decodeVxlan(view, offset, claimedEnd);
    case VXLAN_GPE_PORT:
      return decodeVxlanGpe(view, offset, claimedEnd);
    case CAPWAP_DATA_PORT:
      return decodeCapwap(view, offset, claimedEnd);
    case GENEVE_PORT:
      return decodeGeneve(view, offset, claimedEnd);
    case MPLS_PORT:
      return decodeMpls(view, offset, claimedEnd);
    default:
      return PACKET_OTHER;
  }
}

function isConnection(kind: number): boolean {
  switch (kind) {
    case PACKET_TCP:
    case PACKET_UDP:
    case PACKET_SCTP:
    case PACKET_ICMP_ERROR:
    case PACKET_FRAGMENT:
      return true;
    default:
      return false;
  }
}
