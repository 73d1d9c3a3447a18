import type { Connection, Side } from '../record.ts';

/** The handshake was completed, or was over before the capture began. */
export function isEstablished({ handshake }: Connection): boolean {
  return handshake?.outcome === 'completed' || handshake?.outcome === 'not-captured';
}

/** Nothing that this side sent is in the capture, though it must have sent something. */
export function unseenSide({ findings }: Connection): Side | null {
  return findings.find(({ code }) => code === 'one-direction')?.side ?? null;
}
