/**
 * Watches connections while they are followed, for live display; an ordinary analysis has none. The rows are up to
 * date when it is called, and it must not change them.
 */
export interface RowObserver {
  /**
   * A packet of the connection was followed, or an ICMP error about it.
   * @param sender endpoint 0 or 1 that sent the packet, or what the ICMP error quotes
   */
  updated(row: number, sender: number): void;
  /** The connection leaves the table and has been reported (or is retained): it is over, another uses its ports, or it was given up to bound memory. */
  left(row: number, isEviction: boolean): void;
}
