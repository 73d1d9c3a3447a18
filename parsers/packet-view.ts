/** Numbers that each carrier has in PacketView.carriers: IP version, addresses of four words each, ports. */
export const CARRIER_LENGTH = 11;
/** More tunnels in each other than any network has; those outside of so many are not kept. */
export const CARRIERS_KEPT = 8;

/**
 * The one mutable view that a packet is decoded into.
 *
 * A reader fills the record part, `decode` fills the rest. Every field is a plain number so that
 * writing it allocates nothing; a field that a layer did not set keeps its value from the packet before,
 * so read a field only when the field that guards it (named in its comment) says that it is there.
 * The view and its bytes are valid until the reader's next record.
 */
export class PacketView {
  // --- the capture record, set by the reader ---

  /** Bytes that hold this packet; `start` and `end` index into it. Not only this packet's bytes. */
  bytes: Uint8Array = EMPTY_BYTES;
  /** The same bytes as a DataView, for multi-byte reads. */
  data: DataView = EMPTY_DATA;
  /** Number of this frame in the capture, from 1, as Wireshark's frame.number. */
  frame = 0;
  /** Capture time: whole seconds since 1970 (may exceed 2^31), and nanoseconds 0..999,999,999. */
  seconds = 0;
  nanoseconds = 0;
  /** Index of the packet's interface in the reader's list; 0 for pcap. */
  interfaceId = 0;
  /** LINKTYPE_ value of the packet, https://www.tcpdump.org/linktypes.html */
  linkType = 0;
  /** First byte of the packet in `bytes`, and the byte after its last captured byte. */
  start = 0;
  end = 0;
  /** Length on the wire; `end - start` of it was captured. Frame check sequence already taken off where known. */
  originalLength = 0;

  // --- set by decode() ---

  /** What the innermost decoded layer is: a PACKET_ constant of this file. */
  kind = 0;
  /** Why decoding stopped early: a FAULT_ constant of this file, 0 if it did not. */
  fault = 0;
  /** EtherType (or the SAP of an LLC frame, below 256) of the first network layer; 0 unknown. Names a PACKET_OTHER. */
  etherType = 0;

  /** 802.1Q/802.1ad tags, outermost first: how many were there (the first 4 are kept) and their ids. */
  vlanCount = 0;
  vlan0 = 0;
  vlan1 = 0;
  vlan2 = 0;
  vlan3 = 0;
  /** Tunnels that were entered, outermost first: how many (the first 4 are kept) and their TUNNEL_ constants. */
  tunnelCount = 0;
  tunnel0 = 0;
  tunnel1 = 0;
  tunnel2 = 0;
  tunnel3 = 0;
  /** Tags, tunnels and other headers entered so far that can hold each other again; bounds the recursion. */
  nesting = 0;

  /** Innermost IP version: 4 or 6; 0 where there is none. Guards the fields up to `fragmentMore`. */
  ipVersion = 0;
  /** Addresses as big-endian 32-bit words (signed). IPv4 is in word 0 and words 1 to 3 are 0. */
  source0 = 0;
  source1 = 0;
  source2 = 0;
  source3 = 0;
  destination0 = 0;
  destination1 = 0;
  destination2 = 0;
  destination3 = 0;
  /** Time to live or hop limit. */
  ttl = 0;
  /** IPv4 identification; 0 for IPv6 without a fragment header. */
  ipId = 0;
  /** Protocol of the innermost IP payload, after IPv6 extension headers (6 TCP, 17 UDP, 132 SCTP, 1, 58 ICMP). */
  ipProtocol = 0;
  /** Where the IP payload (for a fragment: this piece of it) starts in `bytes`. */
  payloadStart = 0;
  /** Length of the IP payload as the IP header claims it; may reach beyond `end` in a cut packet. */
  payloadLength = 0;
  /** Set for PACKET_FRAGMENT: identification (32 bit for IPv6), byte offset, and 1 if more fragments follow. */
  fragmentId = 0;
  fragmentOffset = 0;
  fragmentMore = 0;

  /** Ports, guarded by kind PACKET_TCP, PACKET_UDP, PACKET_SCTP. */
  sourcePort = 0;
  destinationPort = 0;
  /** Payload bytes of the transport layer as the headers claim it, also where the capture cut them. */
  dataLength = 0;
  /** Transport checksum field as sent (TCP, UDP). */
  checksum = 0;

  // TCP, guarded by kind PACKET_TCP
  /** Sequence and acknowledgment numbers as signed 32-bit; compare with (a - b) | 0. */
  sequence = 0;
  acknowledgment = 0;
  /** The low 8 flag bits: TCP_FIN … TCP_CWR. */
  flags = 0;
  /** Window field as sent, not scaled. */
  window = 0;
  /** 1 where the payload is short and no request (wants-answer.ts), or cut so that it may be none. */
  wantsNoAnswer = 0;
  /** Maximum segment size option; -1 where absent. */
  mss = -1;
  /** Window scale shift option (0..14, larger values are taken as 14, RFC 7323 2.3); -1 where absent. */
  windowScale = -1;
  /** 1 where the option is present. */
  sackPermitted = 0;
  hasTimestamps = 0;
  timestampValue = 0;
  timestampEcho = 0;
  /** 1 where a TCP Fast Open option (kind 34, or 254 with magic f989) is present; cookie length in bytes. */
  fastOpen = 0;
  fastOpenCookieLength = 0;
  /** MPTCP: `FIRST_OPERATION << subtype` for each subtype of its options that is present (RFC 8684 3). */
  operations = 0;
  /** SACK blocks present (0..4) and the edges of the first. */
  sackCount = 0;
  sackLeft0 = 0;
  sackRight0 = 0;

  // SCTP, guarded by kind PACKET_SCTP
  /** Verification tag, bit set of chunk types seen (SCTP_ constants of sctp.ts), initiate tag of INIT and INIT ACK. */
  verificationTag = 0;
  chunks = 0;
  initiateTag = 0;

  // ICMP and ICMPv6, guarded by kind PACKET_ICMP_ERROR
  /** Type and code as on the wire; `ipVersion` tells which protocol's they are. */
  icmpType = 0;
  icmpCode = 0;
  /** MTU that a "too big" message carries; 0 elsewhere. */
  icmpMtu = 0;
  /** The quoted packet: protocol, addresses (same form as above), ports; the original sender is the quoted source. */
  quotedProtocol = 0;
  quotedIpVersion = 0;
  quotedSource0 = 0;
  quotedSource1 = 0;
  quotedSource2 = 0;
  quotedSource3 = 0;
  quotedDestination0 = 0;
  quotedDestination1 = 0;
  quotedDestination2 = 0;
  quotedDestination3 = 0;
  quotedSourcePort = 0;
  quotedDestinationPort = 0;
  /** Sequence number of a quoted TCP segment, verification tag of SCTP; 0 for UDP. */
  quotedSequence = 0;
  /** UDP packets of tunnels that the packet came in, one in the other, and who sent them, the innermost first (tunnel/carriers.ts). */
  carrierCount = 0;
  readonly carriers = new Int32Array(CARRIERS_KEPT * CARRIER_LENGTH);
  /** Bytes of the quoted transport header and what follows it that are there. */
  quotedLength = 0;
}

const EMPTY_BYTES = new Uint8Array(0);
const EMPTY_DATA = new DataView(EMPTY_BYTES.buffer);

/** Values of PacketView.kind. */
export const PACKET_OTHER = 0; // no IP inside: ARP, LLDP, TIPC …; etherType names it
export const PACKET_TCP = 1;
export const PACKET_UDP = 2;
export const PACKET_SCTP = 3;
export const PACKET_ICMP_ERROR = 4; // an ICMP error whose quoted ports were readable
export const PACKET_IP_OTHER = 5; // IP with another protocol, an ICMP message that is no error, or a header that was cut; ipProtocol names it
export const PACKET_FRAGMENT = 6; // a piece of an IP packet that must be put together first
export const PACKET_UNKNOWN_LINK = 7; // link type without a decoder

/** Values of PacketView.fault. */
export const FAULT_NONE = 0;
export const FAULT_CUT = 1; // the snap length cut a header
export const FAULT_MALFORMED = 2; // a length or version field contradicts itself
export const FAULT_TOO_DEEP = 3; // more nested headers than any real packet has

/** TCP flag bits of PacketView.flags (RFC 9293 3.1). */
export const TCP_FIN = 0x01;
export const TCP_SYN = 0x02;
export const TCP_RST = 0x04;
export const TCP_PSH = 0x08;
export const TCP_ACK = 0x10;
export const TCP_URG = 0x20;
export const TCP_ECE = 0x40;
export const TCP_CWR = 0x80;

/** Bit of MPTCP's subtype 0 in PacketView.operations: beside those of the flags. */
export const FIRST_OPERATION = 0x100;

/** Tunnels and encapsulations, in PacketView.tunnel0…: an index into TUNNEL_NAMES. */
export const TUNNEL_NAMES = [
  '',
  'ipip', // IPv4 in IPv4 or IPv6 (protocol 4)
  '6in4', // IPv6 in IPv4 or IPv6 (protocol 41)
  'gre',
  'erspan',
  'vxlan',
  'geneve',
  'mpls',
  'gtp-u',
  'teredo',
  'pppoe',
  'l2tp',
  'capwap',
  'ah',
  'eoip', // Ethernet over IP (MikroTik)
] as const;
export const TUNNEL_IPIP = 1;
export const TUNNEL_6IN4 = 2;
export const TUNNEL_GRE = 3;
export const TUNNEL_ERSPAN = 4;
export const TUNNEL_VXLAN = 5;
export const TUNNEL_GENEVE = 6;
export const TUNNEL_MPLS = 7;
export const TUNNEL_GTPU = 8;
export const TUNNEL_TEREDO = 9;
export const TUNNEL_PPPOE = 10;
export const TUNNEL_L2TP = 11;
export const TUNNEL_CAPWAP = 12;
export const TUNNEL_AH = 13;
export const TUNNEL_EOIP = 14;
