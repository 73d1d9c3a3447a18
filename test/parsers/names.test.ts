import { expect, test } from '@jest/globals';
import { etherTypeName } from '../../parsers/network/ether-types.ts';
import { ipProtocolName } from '../../parsers/network/ip-protocols.ts';

test.each([
  [0x0806, 'ARP'],
  [0x88ca, 'TIPC'],
  [0x88cc, 'LLDP'],
  [0x42, 'STP'],
  [0x1234, 'ethertype 0x1234'],
  [0x0801, 'ethertype 0x0801'],
  [0x07, 'LLC SAP 0x07'],
  [0, 'unknown'],
])('EtherType or SAP 0x%x', (etherType, name) => {
  expect(etherTypeName(etherType)).toBe(name);
});

test.each([
  [1, 'ICMP'],
  [2, 'IGMP'],
  [50, 'ESP'],
  [89, 'OSPF'],
  [99, 'protocol 99'],
])('IP protocol %i', (protocol, name) => {
  expect(ipProtocolName(protocol)).toBe(name);
});
