import { createRequire } from 'node:module';

/** What is used of `cap`, which comes without types. */
export interface CapLibrary {
  Cap: new () => CapSession;
}

/**
 * A capture by libpcap. Known of version 0.2.1, from its source: the Buffer given to open() is kept as a bare pointer, so
 * it must be held here as long as the capture lasts; promiscuous mode is always on; packets come without a time; where
 * the interface goes down an assertion ends the process.
 */
export interface CapSession {
  /** @returns the link type by name */
  open(device: string, filter: string, bufferSize: number, buffer: Buffer): string;
  on(event: 'packet', listener: (length: number, truncated: boolean) => void): void;
  close(): void;
}

/** @throws where it is not installed, or was not built */
export function loadCap(): CapLibrary {
  return createRequire(import.meta.url)('cap');
}

/** LINKTYPE_ values of the names that open() returns; other types it gives as "Unknown linktype N". */
const LINK_TYPES: Record<string, number> = {
  NULL: 0,
  ETHERNET: 1,
  RAW: 101,
  LINKTYPE_LINUX_SLL: 113,
  IEEE802_11_RADIO: 127,
};

export function linkTypeOf(name: string): number {
  return LINK_TYPES[name] ?? Number(/\d+$/.exec(name)?.[0] ?? 0);
}
