import { BLOCK_BODY } from './blocks.ts';
import { optionCount } from './options.ts';
import type { Section } from './section.ts';

// Interface statistics block:
//
//   8    interface id
//   12   timestamp (64 bits)
//   20   options
const INTERFACE = BLOCK_BODY;
const OPTIONS = BLOCK_BODY + 12;
export const INTERFACE_STATISTICS_LENGTH = OPTIONS + 4;

const ISB_IFRECV = 4;
const ISB_IFDROP = 5;
const ISB_OSDROP = 7;

/** Counts since the capture began, so the last block of an interface is the one that stands. */
export function readInterfaceStatistics(section: Section, data: DataView, at: number, end: number): void {
  const { littleEndian, interfaces } = section;
  const id = data.getUint32(at + INTERFACE, littleEndian);
  if (id >= interfaces.length) return;
  const from = interfaces[id];
  const options = at + OPTIONS;
  from.received = optionCount(data, options, end, littleEndian, ISB_IFRECV) ?? from.received;
  const byInterface = optionCount(data, options, end, littleEndian, ISB_IFDROP);
  const byKernel = optionCount(data, options, end, littleEndian, ISB_OSDROP);
  if (byInterface !== null || byKernel !== null) from.countedDrops = (byInterface ?? 0) + (byKernel ?? 0);
}
