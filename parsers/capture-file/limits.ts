// LINKTYPE_ values of buses whose transfers are longer than any network's packets.
const LINKTYPE_DBUS = 231;
const LINKTYPE_USB_LINUX = 189;
const LINKTYPE_USB_LINUX_MMAPPED = 220;
const LINKTYPE_USBPCAP = 249;
const LINKTYPE_USB_2_0 = 288;
const LINKTYPE_EBHSCR = 279;

/** Largest packet that libpcap writes for a network interface (MAXIMUM_SNAPLEN). */
export const MAX_PACKET = 262_144;
const MAX_BUS_PACKET = 128 * 1024 * 1024;

/**
 * Largest captured length that a record of this link type can honestly have (libpcap's max_snaplen_for_dlt): a longer
 * one means that the file is damaged. Nothing is ever allocated by it.
 */
export function maxCapturedLength(linkType: number): number {
  switch (linkType) {
    case LINKTYPE_DBUS:
    case LINKTYPE_USB_LINUX:
    case LINKTYPE_USB_LINUX_MMAPPED:
    case LINKTYPE_USBPCAP:
    case LINKTYPE_USB_2_0:
    case LINKTYPE_EBHSCR:
      return MAX_BUS_PACKET;
    default:
      return MAX_PACKET;
  }
}
