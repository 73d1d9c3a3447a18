import { describe, expect, test } from '@jest/globals';
import type { Backend } from '../../../src/capture/live/backend.ts';
import { cap } from '../../../src/capture/live/cap.ts';
import { dumpcap } from '../../../src/capture/live/dumpcap.ts';
import type { CaptureRequest } from '../../../src/capture/live/options.ts';
import { tcpdump } from '../../../src/capture/live/tcpdump.ts';

const REQUEST: CaptureRequest = { device: 'eth7', filter: 'port 80', snapLength: 256, buffer: 64, promiscuous: false };

describe('what tcpdump is asked', () => {
  test('carries every wish', () => {
    expect(tcpdump.command(REQUEST).join(' ')).toBe(
      'tcpdump -i eth7 -s 256 -B 65536 --time-stamp-precision=nano -n -U --immediate-mode -w - -p -- port 80',
    );
    expect(tcpdump.command({ ...REQUEST, filter: '', promiscuous: true })).not.toContain('-p');
  });
});

test('what dumpcap is asked carries every wish', () => {
  expect(dumpcap.command(REQUEST).join(' ')).toBe('dumpcap -q -n -i eth7 -s 256 -B 64 -w - -p -f port 80');
  expect(dumpcap.command({ ...REQUEST, filter: '', promiscuous: true })).not.toContain('-p');
});

/** Words of the programs as they were heard: tcpdump 4.99.3 with libpcap 1.10.3, dumpcap 4.0.17, cap 0.2.1. */
describe.each<[string, Backend, string, { kind: string; text: string } | null]>([
  [
    'tcpdump without permission',
    tcpdump,
    "tcpdump: eth7: You don't have permission to perform this capture on that device\n(socket: Operation not permitted)",
    { kind: 'permission', text: 'no permission to capture on eth7' },
  ],
  [
    'tcpdump without the interface',
    tcpdump,
    'tcpdump: eth7: No such device exists\n(No such device exists)',
    { kind: 'interface', text: 'there is no interface eth7' },
  ],
  [
    'tcpdump and an interface that is down',
    tcpdump,
    'tcpdump: eth7: That device is not up',
    { kind: 'interface', text: 'the interface eth7 is down or gone' },
  ],
  [
    'tcpdump and an interface that vanishes',
    tcpdump,
    'tcpdump: listening on eth7, link-type EN10MB (Ethernet), snapshot length 256 bytes\ntcpdump: pcap_loop: The interface disappeared\n1 packet received by filter',
    { kind: 'interface', text: 'the interface eth7 is down or gone' },
  ],
  [
    'tcpdump and a filter that it does not understand',
    tcpdump,
    "tcpdump: can't parse filter expression: syntax error",
    { kind: 'filter', text: "can't parse filter expression: syntax error" },
  ],
  [
    'tcpdump and a port that it does not know',
    tcpdump,
    "tcpdump: unknown port 'htp'",
    { kind: 'filter', text: "unknown port 'htp'" },
  ],
  ['tcpdump and something else', tcpdump, 'tcpdump: broken today', { kind: 'other', text: 'broken today' }],
  [
    'tcpdump when all is well',
    tcpdump,
    'tcpdump: listening on eth7, link-type EN10MB (Ethernet), snapshot length 256 bytes\n7 packets captured\n0 packets dropped by kernel',
    null,
  ],
  [
    'dumpcap without permission',
    dumpcap,
    'Capturing on \'eth7\'\ndumpcap: You do not have permission to capture on device "eth7".\n(socket: Operation not permitted)\nPlease check to make sure you have sufficient permissions.\n\nOn Debian and …',
    { kind: 'permission', text: 'no permission to capture on eth7' },
  ],
  [
    'dumpcap without the interface',
    dumpcap,
    'Capturing on \'eth7\'\ndumpcap: There is no device named "eth7".\n(No such device exists)',
    { kind: 'interface', text: 'there is no interface eth7' },
  ],
  [
    'dumpcap and an interface that is down',
    dumpcap,
    'Capturing on \'eth7\'\ndumpcap: Device "eth7" is not up.\n(That device is not up)',
    { kind: 'interface', text: 'the interface eth7 is down or gone' },
  ],
  [
    'dumpcap and an interface that vanishes',
    dumpcap,
    'Capturing on \'eth7\'\nFile: -\ndumpcap: 0 packets capturedThe network adapter "eth7" is no longer attached; the capture has stopped.',
    { kind: 'interface', text: 'the interface eth7 is down or gone' },
  ],
  [
    'dumpcap and a filter that it does not understand',
    dumpcap,
    "dumpcap: Invalid capture filter \"junk(\" for interface 'eth7'.\n\nThat string isn't a valid capture filter (can't parse filter expression: syntax error).\nSee the User's Guide for a description of the capture filter syntax.",
    { kind: 'filter', text: "can't parse filter expression: syntax error" },
  ],
  [
    'dumpcap when all is well',
    dumpcap,
    "Capturing on 'eth7'\nFile: -\nPackets captured: 4\nPackets received/dropped on interface 'eth7': 4/0 (pcap:0/dumpcap:0/flushed:0/ps_ifdrop:0) (100.0%)",
    null,
  ],
  [
    'cap without permission',
    cap,
    '{"problem":"socket: Operation not permitted"}',
    { kind: 'permission', text: 'no permission to capture on eth7' },
  ],
  ['cap that is not installed', cap, '{"missing":"absent"}', { kind: 'missing', text: 'it is not installed' }],
  [
    'cap and an interface that goes down',
    cap,
    '{"begun":true}\nnode: ../src/binding.cc:190: static void Pcap::cb_packets(uv_poll_t*, int, int): Assertion `status == 0\' failed.',
    { kind: 'interface', text: 'the interface eth7 went down or is gone' },
  ],
  [
    'cap when all is well',
    cap,
    'Warning: eth7: no IPv4 address assigned - This may not actually work\n{"begun":true}\n{"dropped":3}',
    null,
  ],
])('%s', (_name, backend, said, problem) => {
  test(problem === null ? 'is no problem' : `is ${problem.kind}`, () => {
    expect(backend.problem(said.split('\n'), REQUEST)).toEqual(problem);
  });
});

describe('that a capture runs is told by', () => {
  test.each<[Backend, string, string]>([
    [
      tcpdump,
      'tcpdump: listening on eth7, link-type EN10MB (Ethernet), snapshot length 256 bytes',
      '1 packet captured',
    ],
    [dumpcap, 'File: -', "Capturing on 'eth7'"],
    [cap, '{"begun":true}', '{"dropped":1}'],
  ])('%#', (backend, begun, other) => {
    expect([backend.hasBegun(begun), backend.hasBegun(other)]).toEqual([true, false]);
  });
});

describe('drops are told by', () => {
  test.each<[Backend, string, object | null]>([
    [tcpdump, '12 packets dropped by kernel', { kernel: 12 }],
    [tcpdump, '1 packet dropped by kernel', { kernel: 1 }],
    [tcpdump, '3 packets dropped by interface', { interface: 3 }],
    [tcpdump, '3 packets captured', null],
    [
      tcpdump,
      'tcpdump: 204 packets captured, 209 packets received by filter, 5 packets dropped by kernel, 2 packets dropped by interface',
      { kernel: 5, interface: 2 },
    ],
    [
      dumpcap,
      "Packets received/dropped on interface 'eth7': 90/6 (pcap:4/dumpcap:2/flushed:0/ps_ifdrop:1) (93.8%)",
      { kernel: 4, program: 2, interface: 1 },
    ],
    [dumpcap, 'Packets captured: 90', null],
    [cap, '{"dropped":8}', { program: 8 }],
    [cap, '{"begun":true}', null],
    [cap, '{broken', null],
  ])('%#', (backend, line, drops) => expect(backend.drops(line)).toEqual(drops));
});
