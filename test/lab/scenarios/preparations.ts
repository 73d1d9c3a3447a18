/** One retry of a SYN after a second, then the kernel gives up. */
export const FEW_SYNS = ['sysctl -qw net.ipv4.tcp_syn_retries=1 net.ipv4.tcp_syn_linear_timeouts=0'];

/** A rule of nftables on what comes in. */
export function onInput(rule: string): string {
  return `nft 'add table inet lab; add chain inet lab in { type filter hook input priority 0; }; add rule inet lab in ${rule}'`;
}

/** The unreachable codes that nftables can answer with, by the name that each has there. */
export const ICMP = [
  'net-unreachable',
  'host-unreachable',
  'prot-unreachable',
  'port-unreachable',
  'net-prohibited',
  'host-prohibited',
  'admin-prohibited',
];
export const ICMPV6 = [
  'no-route',
  'admin-prohibited',
  'addr-unreachable',
  'port-unreachable',
  'policy-fail',
  'reject-route',
];

/** Port 8001 is answered with the first code, 8002 with the second; no answer is left out for being one of many. */
export function rejections(kind: 'icmp' | 'icmpv6', protocol: 'tcp' | 'udp', codes: string[]): string[] {
  return [
    'sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0',
    ...codes.map((code, i) => onInput(`${protocol} dport ${8001 + i} reject with ${kind} type ${code}`)),
  ];
}
