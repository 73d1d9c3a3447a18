/** What Git keeps in place of a large file until that is fetched. */
const LFS = 'a Git LFS pointer, not the capture itself: run git lfs pull';
const ANNEX = 'a git-annex pointer, not the capture itself: run git annex get';

const EDITCAP = 'convert it with editcap -F pcap';

/** First bytes of files that are often taken for captures that can be read here, and what to do with them. */
const FOREIGN_FORMATS: readonly { start: string; what: string }[] = [
  { start: 'version https://git-lfs.github.com/spec/', what: LFS },
  { start: '/annex/objects/', what: ANNEX },
  { start: 'snoop\0\0\0', what: `a Solaris snoop capture: ${EDITCAP}` },
  { start: 'btsnoop\0', what: 'a Bluetooth btsnoop capture: it holds no IP packets' },
  { start: 'GMBU', what: `a Microsoft Network Monitor 2 capture: ${EDITCAP}` },
  { start: 'RTSS', what: `a Microsoft Network Monitor 1 capture: ${EDITCAP}` },
  { start: 'XCP\0', what: `a NetXRay or Windows Sniffer capture: ${EDITCAP}` },
  { start: 'TRSNIFF data    \x1a', what: `a DOS Sniffer capture: ${EDITCAP}` },
  { start: 'iptrace 1.0', what: `an AIX iptrace capture: ${EDITCAP}` },
  { start: 'iptrace 2.0', what: `an AIX iptrace capture: ${EDITCAP}` },
  { start: '\x7fver', what: `an OmniPeek or EtherPeek capture: ${EDITCAP}` },
  { start: 'BZh', what: 'compressed with bzip2: decompress it first (bzip2 -dc FILE | sockscope -)' },
  { start: '\xfd7zXZ\0', what: 'compressed with xz: decompress it first (xz -dc FILE | sockscope -)' },
  { start: 'PK\x03\x04', what: 'a zip archive: unpack it first (unzip -p FILE | sockscope -)' },
  { start: '7z\xbc\xaf\x27\x1c', what: 'a 7-Zip archive: unpack it first' },
  {
    start: '\x02\x21\x4c\x18',
    what: 'compressed with the old lz4 format: decompress it first (lz4 -dc FILE | sockscope -)',
  },
];

/** What a file is that is no capture of ours; null where that is unknown. */
export function foreignFormat(bytes: Uint8Array, position: number, end: number): string | null {
  const text = String.fromCharCode(...bytes.subarray(position, Math.min(end, position + 48)));
  return FOREIGN_FORMATS.find(({ start }) => text.startsWith(start))?.what ?? null;
}
