/** A capture that is computed, for what a kernel will not do. */
export interface HandBuilt {
  /** The capture is written to fixtures/<theme>/<file>. */
  theme: string;
  file: string;
  /** One sentence for fixtures/README.md: what is in it. */
  says: string;
  bytes: Uint8Array;
}
