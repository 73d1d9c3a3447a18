import type { Scenario } from '../../scenario.ts';

const theme = 'healthy';

export const DATAGRAM_HEALTHY: Scenario[] = [
  {
    theme,
    name: 'dns-and-ntp',
    says: 'Three questions of one resolver, one of them sent again because the answer was slow, and NTP in both directions: each answered.',
    server: `
      names, clock = socket(AF_INET, SOCK_DGRAM), socket(AF_INET, SOCK_DGRAM)
      names.bind((SERVER, 53))
      clock.bind((SERVER, 123))
      tell("ready")
      for turn in range(4):
          question, sender = names.recvfrom(1000)
          if turn == 2:
              time.sleep(0.7)
          names.sendto(question[:2] + b"\\x81\\x80" + question[4:] + bytes(16), sender)
      for turn in range(2):
          question, sender = clock.recvfrom(1000)
          clock.sendto(b"\\x24" + question[1:], sender)
    `,
    client: `
      asker = socket(AF_INET, SOCK_DGRAM)
      asker.connect((SERVER, 53))
      question = b"\\x01\\0\\0\\x01\\0\\0\\0\\0\\0\\0\\x06server\\x07example\\0\\0\\x01\\0\\x01"
      for turn in range(3):
          asker.send(bytes([0, turn]) + question)
          if turn == 2:
              time.sleep(0.5)
              asker.send(bytes([0, turn]) + question)
              asker.recv(1000)
          asker.recv(1000)
      clock = socket(AF_INET, SOCK_DGRAM)
      clock.bind((CLIENT, 123))
      clock.connect((SERVER, 123))
      for turn in range(2):
          clock.send(b"\\x23" + bytes(47))
          clock.recv(1000)
          time.sleep(0.5)
    `,
    expect: { 'udp.port==53': 8, 'udp.port==123': 4, icmp: 0 },
  },
  {
    theme,
    name: 'dns-answer-too-late',
    says: 'A question is asked of a slow resolver; the program takes the answer of another and closes its socket. The late answer is refused by the host of the client (ICMP port unreachable): nobody waits for it, and the resolver is well.',
    server: `
      slow, quick = socket(AF_INET, SOCK_DGRAM), socket(AF_INET, SOCK_DGRAM)
      slow.bind((SERVER, 53))
      quick.bind((SERVER, 5300))
      tell("ready")
      question, sender = slow.recvfrom(1000)
      asked_again, other = quick.recvfrom(1000)
      quick.sendto(asked_again + bytes(16), other)
      time.sleep(0.5)
      slow.sendto(question + bytes(16), sender)
      time.sleep(0.2)
    `,
    client: `
      question = b"\\0\\1\\x01\\0\\0\\x01\\0\\0\\0\\0\\0\\0\\x06server\\x07example\\0\\0\\x01\\0\\x01"
      first, second = socket(AF_INET, SOCK_DGRAM), socket(AF_INET, SOCK_DGRAM)
      first.sendto(question, (SERVER, 53))
      time.sleep(0.2)
      second.sendto(question, (SERVER, 5300))
      second.recvfrom(1000)
      first.close()
      second.close()
      time.sleep(1)
    `,
    expect: { 'udp && !icmp': 4, 'icmp.type==3 && icmp.code==3': 1 },
  },
  {
    theme,
    name: 'to-many',
    says: 'Datagrams that nobody answers and nobody should: mDNS and SSDP to groups, DHCP-like and NetBIOS-like to all hosts of the network, StatsD to one.',
    server: `
      taker = socket(AF_INET, SOCK_DGRAM)
      taker.bind((SERVER, 8125))
      tell("ready")
      time.sleep(3)
    `,
    client: `
      groups = _KernelSocket(AF_INET, SOCK_DGRAM)
      groups.setsockopt(IPPROTO_IP, IP_MULTICAST_IF, inet_aton(CLIENT))
      everybody = _KernelSocket(AF_INET, SOCK_DGRAM)
      everybody.setsockopt(SOL_SOCKET, SO_BROADCAST, 1)
      for turn in range(3):
          groups.sendto(bytes(40), ("224.0.0.251", 5353))
          groups.sendto(b"M-SEARCH * HTTP/1.1\\r\\n\\r\\n", ("239.255.255.250", 1900))
          everybody.sendto(bytes(50), ("10.9.0.255", 137))
          everybody.sendto(bytes(300), ("10.9.0.255", 67))
          everybody.sendto(b"requests:1|c", (SERVER, 8125))
          time.sleep(0.5)
    `,
    expect: { udp: 15, icmp: 0 },
  },
  {
    theme,
    name: 'quic-like',
    says: 'As QUIC: a long exchange of datagrams over one pair of ports, 2 s of rest, a last datagram of the client (CONNECTION_CLOSE) that nobody answers.',
    server: `
      end = socket(AF_INET, SOCK_DGRAM)
      end.bind((SERVER, 443))
      tell("ready")
      for turn in range(5):
          message, sender = end.recvfrom(2000)
          for piece in range(2):
              end.sendto(b"\\x40" + bytes(1200), sender)
      end.recvfrom(2000)
    `,
    client: `
      end = socket(AF_INET, SOCK_DGRAM)
      end.connect((SERVER, 443))
      for turn in range(5):
          end.send(b"\\xc0" + bytes(1200))
          for piece in range(2):
              end.recv(2000)
      time.sleep(2)
      end.send(b"\\x40" + bytes(40))
      time.sleep(0.1)
    `,
    expect: { 'udp.port==443': 16, icmp: 0 },
  },
];
