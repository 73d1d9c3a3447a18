import type { Problem } from './backend.ts';
import type { CaptureRequest } from './options.ts';

/** What libpcap says when it cannot capture (pcap-linux.c, pcap-bpf.c), and whose fault that is. */
export function libpcapProblem(text: string, { device, filter }: CaptureRequest): Problem {
  if (/permission|not permitted/i.test(text)) {
    return { kind: 'permission', text: `no permission to capture on ${device}` };
  }
  if (/No such device|No such network|there is no device/i.test(text)) {
    return { kind: 'interface', text: `there is no interface ${device}` };
  }
  if (/not up|is down|went down|disappeared|no longer attached/i.test(text)) {
    return { kind: 'interface', text: `the interface ${device} is down or gone` };
  }
  if (filter !== '' && FILTER_ERRORS.test(text)) return { kind: 'filter', text };
  return { kind: 'other', text };
}

/** How messages of its filter compiler read (gencode.c, grammar.y, scanner.l). */
const FILTER_ERRORS =
  /filter expression|syntax error|parse error|unknown (host|port|network|protocol|ether|osi)|illegal|invalid|expression rejects all|not supported on|supported only|qualifier|no VLAN match|out of range|too long/i;
