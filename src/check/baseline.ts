import type { Connection, Protocol } from '../record.ts';
import { chooseFields, type FieldChoice, type FieldOptions } from './field-choice.ts';
import { serverName } from './server-name.ts';

/** Version of the baseline file. */
export const BASELINE = 1;

/** What is compared of a connection, by field; what is null, 0, false or empty is left out. */
export type Fields = Readonly<Record<string, unknown>>;

/** Connections of one server that are alike and came one after another, or side by side. */
export interface BaselineEntry {
  /**
   * Connections of a later turn began after all of an earlier turn had ended; within a turn the order says nothing.
   * Absent where the server has one turn only.
   */
  turn?: number;
  connections: number;
  fields: Fields;
}

/** What was accepted: connections by server, as behaviour, without what differs from run to run. */
export interface Baseline {
  options: FieldOptions;
  /** By 'tcp 10.0.0.2:80', in order of names; an ephemeral port is '*'. */
  servers: ReadonlyMap<string, BaselineEntry[]>;
}

/** A connection that an entry was made from, to look at. */
export interface Example {
  stream: number;
  protocol: Protocol;
  client: Connection['client'];
  server: Connection['server'];
  frames: number[];
}

/** An entry with its connections, in order of their first frames. */
export interface SeenEntry extends BaselineEntry {
  examples: Example[];
}

export interface SeenBaseline extends Baseline {
  servers: ReadonlyMap<string, SeenEntry[]>;
}

/** What is kept of a connection until all of its server are there. */
interface Seen {
  /** The compared fields as one string: like connections have the same. */
  shape: string;
  fields: Fields;
  example: Example;
}

/** Makes a baseline of connections, in whatever order they come. */
export class BaselineBuilder {
  readonly #choice: FieldChoice;
  readonly #options: FieldOptions;
  readonly #servers = new Map<string, Seen[]>();
  /** Like connections share their fields: a million of them take little more than their example. */
  readonly #shapes = new Map<string, Fields>();

  /** @throws CheckInputError for options that make no sense */
  constructor(options: FieldOptions = {}) {
    this.#options = options;
    this.#choice = chooseFields(options);
  }

  add(connection: Connection): void {
    const made = comparedFields(this.#choice, connection);
    const shape = JSON.stringify(made);
    const fields = this.#shapes.get(shape) ?? made;
    this.#shapes.set(shape, fields);
    const { stream, protocol, client, server, firstFrame, lastFrame } = connection;
    const example = { stream, protocol, client, server, frames: [firstFrame, lastFrame] };
    const key = serverName(connection, this.#options);
    const seen = this.#servers.get(key);
    if (seen === undefined) this.#servers.set(key, [{ shape, fields, example }]);
    else seen.push({ shape, fields, example });
  }

  finish(): SeenBaseline {
    const names = [...this.#servers.keys()].sort();
    const servers = new Map(names.map((name) => [name, entriesOf(this.#servers.get(name) ?? [])]));
    return { options: this.#options, servers };
  }
}

function comparedFields({ fields }: FieldChoice, connection: Connection): Fields {
  const values = fields.map(({ path, read }): [string, unknown] => [path, read(connection)]);
  return Object.fromEntries(values.filter(([, value]) => !isNone(value)));
}

/** Nothing to say: a field that is missing reads the same as one that is null, 0, false or empty. */
export function isNone(value: unknown): boolean {
  return !value || (Array.isArray(value) && value.length === 0);
}

const firstFrame = ({ example }: Seen) => example.frames[0];
const byShape = (a: Seen, b: Seen) =>
  a.shape === b.shape ? firstFrame(a) - firstFrame(b) : a.shape < b.shape ? -1 : 1;

/** Turn after turn, like ones together. */
function entriesOf(connections: Seen[]): SeenEntry[] {
  const entries: SeenEntry[] = [];
  /** The shape of the turn before, where it had only one: the next turn goes on with it. */
  let lone: string | null = null;
  let turn = 0;
  for (const together of turnsOf(connections)) {
    together.sort(byShape);
    const isLone = together[0].shape === together[together.length - 1].shape;
    if (!isLone || together[0].shape !== lone) turn++;
    lone = isLone ? together[0].shape : null;
    let shape: string | null = null;
    for (const { shape: each, fields, example } of together) {
      const last = entries[entries.length - 1];
      if ((each === shape || each === lone) && last?.turn === turn) {
        last.connections++;
        last.examples.push(example);
      } else {
        entries.push({ turn, connections: 1, fields, examples: [example] });
      }
      shape = each;
    }
  }
  if (turn > 1) return entries;
  return entries.map(({ turn: _, ...entry }) => entry);
}

/** Cuts where no connection is open any more: what lies between has no order. */
function turnsOf(connections: Seen[]): Seen[][] {
  connections.sort((a, b) => firstFrame(a) - firstFrame(b));
  const turns: Seen[][] = [];
  let lastFrame = -1;
  for (const connection of connections) {
    const [first, last] = connection.example.frames;
    if (first > lastFrame) turns.push([connection]);
    else turns[turns.length - 1].push(connection);
    lastFrame = Math.max(lastFrame, last);
  }
  return turns;
}
