import type { Connection } from '../../../src/record.ts';

/** Counts the events of connections that have ended, to find one that is told of twice or not at all. */
export class Tally {
  events = 0;
  /** Told of more than once: the same addresses, ports and ISN. */
  twice = 0;
  graceful = 0;
  refused = 0;
  /** Payload of the clients of connections that were established. */
  bytes = 0;
  readonly #seen = new Set<string>();

  readonly line = (line: string): void => {
    const { connection } = JSON.parse(line) as { connection: Connection };
    const { client, server, handshake, close, fromClient } = connection;
    const key = `${client.address} ${client.port} ${server.port} ${handshake?.client?.isn}`;
    this.events++;
    if (this.#seen.has(key)) this.twice++;
    this.#seen.add(key);
    if (handshake?.outcome === 'refused') this.refused++;
    if (close?.style !== 'graceful') return;
    this.graceful++;
    this.bytes += fromClient.bytes;
  };
}
