import type { Connection } from './record.ts';

/** Where a connection's packets are. */
export type ConnectionSource =
  | { inputs: readonly string[] }
  /** A capture that was never a file: `name` says what it is. */
  | { name: string; capture: Uint8Array };

type Sources = WeakMap<Connection, ConnectionSource>;

/** The library may be loaded twice (as an ES module and as CommonJS); records go from one to the other. */
const REGISTRY = Symbol.for('sockscope.connectionSources');
const registry = globalThis as { [REGISTRY]?: Sources };

function sources(): Sources {
  registry[REGISTRY] ??= new WeakMap();
  return registry[REGISTRY];
}

/** Beside the record, not in it: a record is what was seen, wherever it was read from. */
export function rememberSource(connection: Connection, source: ConnectionSource): void {
  sources().set(connection, source);
}

/** Null for a record that was not made by this library's `analyze` or `recordCapture`, a copy for example. */
export function sourceOf(connection: Connection): ConnectionSource | null {
  return sources().get(connection) ?? null;
}
