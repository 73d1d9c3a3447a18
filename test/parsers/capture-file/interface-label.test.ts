import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { interfaceLabel } from '../../../parsers/capture-file/pcapng/interface-label.ts';
import { analyze } from '../../../src/index.ts';
import { PcapngBlocks } from '../../lab/hand-built/pcapng-blocks.ts';
import { bytes, ethernet, ipv6, udp } from '../../support/packets.ts';

const GUID = 'FABA1205-CD8C-4FC9-A6EF-FBC32CAFE2BA';
const DEVICE = `\\Device\\NPF_{${GUID}}`;
const other = (label: string, name = 'another') => ({
  name,
  label,
  linkType: 1,
  snapLength: 0,
  timeResolution: 1e-6,
  received: null,
  dropped: null,
});

describe('people know an interface by', () => {
  test.each<[string, string, string, ReturnType<typeof other>[], string]>([
    ['its name', 'eth0', 'uplink', [], 'eth0'],
    ['no name where there is none', '', 'uplink', [], ''],
    ['its description on Windows', DEVICE, 'Ethernet0', [], 'Ethernet0'],
    ['its description in one word', DEVICE, 'Ethernet 2', [], 'Ethernet2'],
    ['the beginning of the GUID where there is no description', DEVICE, '', [], 'FABA1205'],
    ['that too where the description is long', DEVICE, 'Intel(R) Ethernet Connection I219-LM', [], 'FABA1205'],
    ['that too where another has the description', DEVICE, 'Wi-Fi', [other('Wi-Fi')], 'FABA1205'],
    ['the same in the next section of a file', DEVICE, 'Wi-Fi', [other('Wi-Fi', DEVICE)], 'Wi-Fi'],
    ['the whole GUID where another begins alike', DEVICE, '', [other('FABA1205')], GUID],
    ['what it is without a GUID', '\\Device\\NPF_Loopback', 'Adapter for loopback traffic capture', [], 'Loopback'],
    ['the same through a remote capture', `rpcap://[192.0.2.1]:2002/${DEVICE}`, 'LAN', [], 'LAN'],
  ])('%s', (_, name, description, others, label) => {
    expect(interfaceLabel(name, description, others)).toBe(label);
  });
});

test('the zone of a link-local address is what people know the interface by', async () => {
  const blocks = new PcapngBlocks(true);
  const addresses = { source: 'fe80::1', destination: 'fe80::2' };
  const packet = { time: '1700000000.000000000', bytes: ethernet({}, ipv6(addresses, udp({}, 'x'))) };
  const capture = bytes(blocks.section(), blocks.interface(1, undefined, DEVICE, 'Ethernet0'), blocks.packet(packet));
  const found: string[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'sockscope-'));
  const path = join(folder, 'windows.pcapng');
  await writeFile(path, capture);
  for await (const { client, server } of analyze(path)) {
    found.push(client.address, server.address);
  }
  await rm(folder, { recursive: true });
  expect(found).toEqual(['fe80::1%Ethernet0', 'fe80::2%Ethernet0']);
});
