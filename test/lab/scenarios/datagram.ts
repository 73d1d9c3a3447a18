import type { Scenario } from '../scenario.ts';
import { ICMP, ICMPV6, rejections } from './preparations.ts';

const theme = 'udp';

const ECHO = (address: string, family: string) => `
  echo = socket(${family}, SOCK_DGRAM)
  echo.bind((${address}, 53))
  tell("ready")
  for turn in range(2):
      message, sender = echo.recvfrom(2000)
      echo.sendto(message + b" answered", sender)
`;

const ASK = (address: string, family: string) => `
  asker = socket(${family}, SOCK_DGRAM)
  asker.connect((${address}, 53))
  for turn in range(2):
      asker.send(b"question")
      asker.recv(2000)
`;

/** To each port two datagrams, the second after the error for the first came. */
const UDP_ATTEMPTS = (ports: number, address: string) => `
  for port in range(8001, ${8001 + ports}):
      asker = socket(family_of(${address}), SOCK_DGRAM)
      asker.connect((${address}, port))
      asker.send(b"first")
      time.sleep(0.05)
      attempt(asker.send, b"second") or attempt(asker.send, b"third")
      time.sleep(0.05)
`;

export const DATAGRAM: Scenario[] = [
  {
    theme,
    name: 'request-response',
    says: 'Two datagrams, each answered.',
    server: ECHO('SERVER', 'AF_INET'),
    client: ASK('SERVER', 'AF_INET'),
    capture: { microseconds: true },
    expect: { udp: 4 },
  },
  {
    theme,
    name: 'request-response-ipv6',
    says: 'The same over IPv6.',
    server: ECHO('SERVER6', 'AF_INET6'),
    client: ASK('SERVER6', 'AF_INET6'),
    expect: { 'ipv6 && udp': 4 },
  },
  {
    theme,
    name: 'closed-port',
    says: 'A datagram to a closed port is answered with ICMP port unreachable; the next call on the socket fails.',
    client: `
      asker = socket(AF_INET, SOCK_DGRAM)
      asker.connect((SERVER, 5353))
      asker.send(b"anybody?")
      expect_error(asker.recv, 100)
    `,
    expect: { 'icmp.type==3 && icmp.code==3': 1 },
  },
  {
    theme,
    name: 'closed-port-ipv6',
    says: 'The same over IPv6.',
    client: `
      asker = socket(AF_INET6, SOCK_DGRAM)
      asker.connect((SERVER6, 5353))
      asker.send(b"anybody?")
      expect_error(asker.recv, 100)
    `,
    expect: { 'icmpv6.type==1 && icmpv6.code==4': 1 },
  },
  {
    theme,
    name: 'unconnected',
    says: 'The same without connect(): the ICMP error is there, but nobody tells the program.',
    client: `
      asker = socket(AF_INET, SOCK_DGRAM)
      asker.sendto(b"anybody?", (SERVER, 5353))
      time.sleep(0.1)
      asker.sendto(b"anybody?", (SERVER, 5353))
      time.sleep(0.1)
    `,
    expect: { 'icmp.type==3 && icmp.code==3': 2 },
  },
  {
    theme,
    name: 'icmp-codes',
    says: 'Datagrams of connected sockets answered with each ICMP unreachable code that nftables has.',
    prepareServer: rejections('icmp', 'udp', ICMP),
    client: UDP_ATTEMPTS(ICMP.length, 'SERVER'),
    expect: { 'icmp.type==3': 14 },
  },
  {
    theme,
    name: 'icmpv6-codes',
    says: 'The same with each ICMPv6 unreachable code.',
    prepareServer: rejections('icmpv6', 'udp', ICMPV6),
    client: UDP_ATTEMPTS(ICMPV6.length, 'SERVER6'),
    expect: { 'icmpv6.type==1': 12 },
  },
  {
    theme,
    name: 'fragmented',
    says: 'One datagram of 4000 bytes goes out in three IP fragments and comes back in three.',
    server: `
      echo = socket(AF_INET, SOCK_DGRAM)
      echo.bind((SERVER, 7))
      tell("ready")
      message, sender = echo.recvfrom(5000)
      echo.sendto(message, sender)
    `,
    client: `
      asker = socket(AF_INET, SOCK_DGRAM)
      asker.connect((SERVER, 7))
      asker.send(bytes(4000))
      asker.recv(5000)
    `,
    capture: { snapLength: 1600 },
    expect: { 'ip.flags.mf==1 || ip.frag_offset>0': 6, 'udp.length==4008': 2 },
  },
];
