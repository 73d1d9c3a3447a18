import type { Finding } from './record.ts';
import { findInSockets } from './socket/findings.ts';
import { C_PROTOCOL } from './track/columns.ts';
import { Evidence } from './track/evidence.ts';
import { FindingList } from './track/finding-list.ts';
import { findInHandshake, findInPackets } from './track/findings.ts';
import type { RecordSource } from './track/record-source.ts';
import type { Sides } from './track/sides.ts';

const UDP = 17;

/**
 * Everything worth saying about a connection, worst first.
 * Most connections have nothing to say: until something is found, nothing is made.
 */
export function makeFindings(source: RecordSource, row: number, sides: Sides): readonly Finding[] {
  const found = new FindingList(new Evidence(source, sides));
  if ((source.slab.ints[sides.at + C_PROTOCOL] & 0xff) !== UDP) {
    findInHandshake(source, row, sides, found);
    findInSockets(source, row, sides, found);
  }
  findInPackets(source, row, sides, found);
  return found.worstFirst();
}
