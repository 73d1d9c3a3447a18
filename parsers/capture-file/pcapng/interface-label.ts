import type { CaptureInterface } from '../reader.ts';

/** What Npcap and WinPcap call an interface, also where it is reached through a remote capture: the rest names it. */
const WINDOWS_DEVICE = /\\Device\\NPF_\{?([^{}]+)\}?$/i;
/** A zone of an address stands in tables and filters: a word, and no longer than names of interfaces elsewhere (IFNAMSIZ of Linux). */
const SHORT_WORD = /^[\p{L}\p{N}._*()#-]{1,16}$/u;

/**
 * What people know an interface by: its name, but on Windows, where that is the path of a device with a GUID, the
 * description beside it (Ethernet0). Where that is missing, long or another interface's too, the beginning of the GUID.
 * @param others interfaces that have their labels
 */
export function interfaceLabel(name: string, description: string, others: readonly CaptureInterface[]): string {
  const device = WINDOWS_DEVICE.exec(name)?.[1];
  if (device === undefined) return name;
  const isTaken = (label: string) => others.some((other) => other.label === label && other.name !== name);
  const word = description.replace(/\s+/g, '');
  if (SHORT_WORD.test(word) && !isTaken(word)) return word;
  const [beginning] = device.split('-');
  return isTaken(beginning) ? device : beginning;
}
