import { expect, test } from '@jest/globals';
import { formatAddress, formatIpv4, formatIpv6 } from '../../../parsers/network/address.ts';
import { addressBytes } from '../../support/packets.ts';

const words = (address: string): [number, number, number, number] => {
  const data = new DataView(addressBytes(address).buffer);
  return [data.getInt32(0), data.getInt32(4), data.getInt32(8), data.getInt32(12)];
};

test.each([
  ['0.0.0.0', 0],
  ['127.0.0.1', 0x7f000001],
  ['255.255.255.255', -1],
  ['192.168.0.10', 0xc0a8000a | 0],
])('IPv4 %s', (text, word) => {
  expect(formatIpv4(word)).toBe(text);
});

test.each([
  ['all zeros', '0:0:0:0:0:0:0:0', '::'],
  ['loopback', '0:0:0:0:0:0:0:1', '::1'],
  ['zeros at the end', '2001:db8:0:0:0:0:0:0', '2001:db8::'],
  ['no zeros', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
  ['one zero group is not shortened', '2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['the longest run is shortened', '2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['of equal runs the first is shortened', '2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['lower case without leading zeros', '2001:0DB8:00AB:0:0:0:0:0001', '2001:db8:ab::1'],
  ['high bits', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['IPv4-mapped', '0:0:0:0:0:ffff:102:304', '::ffff:1.2.3.4'],
  ['IPv4-compatible, which is deprecated, has no dots', '0:0:0:0:0:0:102:304', '::102:304'],
])('IPv6 %s', (_, address, text) => {
  expect(formatIpv6(...words(address))).toBe(text);
});

test('the version tells the form', () => {
  expect(formatAddress(4, 0x01020304, 0, 0, 0)).toBe('1.2.3.4');
  expect(formatAddress(6, ...words('fe80::1'))).toBe('fe80::1');
});
