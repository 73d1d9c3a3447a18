import { createRequire } from 'node:module';

/**
 * What a report of a fault should hold, one line each: what somebody needs who has to find the fault and sees only the
 * report. The versions are filled in.
 */
export function reportRequest(): string[] {
  // By its own name, so that it is found from src/ and from dist/ alike.
  const { version } = createRequire(import.meta.url)('sockscope/package.json') as { version: string };
  const { version: node, platform, arch } = process;
  return [
    'this is a fault of sockscope; please report it, and attach:',
    '- the lines above, and the command as you typed it',
    `- the versions: sockscope ${version}, Node ${node}, ${platform} ${arch}`,
    '- the capture, if you may share it; if it is large, its first packets: tcpdump -r CAPTURE -c 10000 -w part.pcap',
  ];
}
