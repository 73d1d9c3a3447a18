import type { Connection, Side, SocketView } from '../record.ts';
import type { RecordSource } from '../track/record-source.ts';
import type { Sides } from '../track/sides.ts';
import { makeCalls } from './calls.ts';
import { socketErrorOf } from './error-rules.ts';
import { type Facts, factsOf } from './facts.ts';
import { hadTrouble } from './trouble.ts';

const NO_ERROR: SocketView = { error: null };
const NO_ERRORS: Connection['sockets'] = { client: NO_ERROR, server: NO_ERROR };

/** The errno that is left on the socket of each side, or why that is not known. */
export type SocketErrors = Record<Side, Pick<SocketView, 'error' | 'unknown'>>;

export function socketErrors(source: RecordSource, row: number, sides: Sides): SocketErrors {
  if (!hadTrouble(source.slab.ints, sides)) return NO_ERRORS;
  return errorsOf(factsOf(source, row, sides));
}

/** What the application of each side saw. */
export function makeSockets(source: RecordSource, row: number, sides: Sides): Connection['sockets'] {
  if (source.turns === null && !hadTrouble(source.slab.ints, sides)) return NO_ERRORS;
  const facts = factsOf(source, row, sides);
  const { client, server } = errorsOf(facts);
  if (source.turns === null) return { client, server };
  const calls = makeCalls(source, row, sides, facts);
  return { client: { ...client, calls: calls.client }, server: { ...server, calls: calls.server } };
}

function errorsOf(facts: Facts): SocketErrors {
  return { client: errorOf(facts, 'client'), server: errorOf(facts, 'server') };
}

function errorOf(facts: Facts, side: Side): SocketErrors[Side] {
  const found = socketErrorOf(facts, side);
  if (found === null) return NO_ERROR;
  return found.unknown === undefined ? { error: found.errno } : { error: null, unknown: found.unknown };
}
