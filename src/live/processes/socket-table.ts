import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { connectionText, type SocketEnd } from './socket-end.ts';

/** Tables of sockets in /proc/net, by IP protocol. Sockets of IPv6 carry IPv4, too. */
const TABLES = { 6: ['tcp', 'tcp6'], 17: ['udp', 'udp6'] } as const;

/** States of sockets that wait for connections, and whose connect() is not over (tcp_states.h). */
const LISTEN = '0A';
const SYN_SENT = '02';
/** Hexadecimal digits of an address in tables of IPv4 and IPv6. */
const IPV4_DIGITS = 8;
const IPV6_DIGITS = 32;
/** Of what follows the addresses: state, queues, timer, retransmits, user, timeout, inode. */
const INODE_FIELD = 6;
const MAPPED_IPV4 = ['00000000', '00000000', isLittleEndian() ? 'FFFF0000' : '0000FFFF'].join('');

/**
 * The sockets of this network namespace, as the kernel listed them when they were last read. An end is written as it stands there: address words
 * in the byte order of the machine, then the port.
 */
export class SocketTable {
  readonly #names: readonly string[];
  readonly #root: string;
  /** Local and remote end → inode. */
  readonly #connected = new Map<string, number>();
  /** Local end → inode: sockets that listen, or are not connected. */
  readonly #waiting = new Map<string, number>();
  readonly #connecting: string[] = [];

  /** @param root where /proc/net is */
  constructor(protocol: 6 | 17, root = '/proc/net') {
    this.#names = TABLES[protocol];
    this.#root = root;
  }

  /** Reads the tables. This takes the kernel some milliseconds, even where there are few sockets. */
  read(): void {
    this.#connected.clear();
    this.#waiting.clear();
    this.#connecting.length = 0;
    for (const name of this.#names) {
      let table: string;
      try {
        table = readFileSync(`${this.#root}/${name}`, 'latin1');
      } catch {
        continue; // without IPv6
      }
      this.#readTable(table, name.endsWith('6') ? IPV6_DIGITS : IPV4_DIGITS);
    }
  }

  /** Inode of the socket that is connected so; 0 where there is none, or nobody holds it any more. */
  connected(local: SocketEnd, remote: SocketEnd): number {
    for (const form of formsOf(local, remote)) {
      const inode = this.#connected.get(form);
      if (inode !== undefined && inode !== 0) return inode;
    }
    return 0;
  }

  /** Inode of the socket that takes what comes to this end; 0 where there is none. */
  waiting(local: SocketEnd): number {
    const port = hexPort(local.port);
    const any = [`${'0'.repeat(IPV4_DIGITS)}:${port}`, `${'0'.repeat(IPV6_DIGITS)}:${port}`];
    const own = local.version === 6 ? [textOf(local)] : [textOf(local), mapped(local)];
    for (const form of [...own, ...(local.version === 6 ? any.slice(1) : any)]) {
      const inode = this.#waiting.get(form);
      if (inode !== undefined) return inode;
    }
    return 0;
  }

  /** TCP sockets whose connect() is not over, as connectionText() writes them. */
  connecting(): string[] {
    return this.#connecting.map((ends) => {
      const [local, remote] = ends.split(' ').map(endOf);
      return connectionText(local, remote);
    });
  }

  #readTable(table: string, digits: number): void {
    const end = digits + 5;
    for (const line of table.split('\n')) {
      const at = line.indexOf(': ') + 2;
      if (at < 2) continue;
      const local = line.slice(at, at + end);
      const remote = line.slice(at + end + 1, at + 2 * end + 1);
      const fields = line.slice(at + 2 * end + 2).split(/ +/, INODE_FIELD + 1);
      const inode = Number(fields[INODE_FIELD]);
      if (fields[0] === LISTEN || remote.endsWith(':0000')) {
        // Several with SO_REUSEPORT: the first.
        if (!this.#waiting.has(local)) this.#waiting.set(local, inode);
      } else {
        this.#connected.set(`${local} ${remote}`, inode);
        if (fields[0] === SYN_SENT) this.#connecting.push(`${local} ${remote}`);
      }
    }
  }
}

/** How a connection may stand in the tables: IPv4 as itself, or within IPv6. */
function formsOf(local: SocketEnd, remote: SocketEnd): string[] {
  const plain = `${textOf(local)} ${textOf(remote)}`;
  return local.version === 6 ? [plain] : [plain, `${mapped(local)} ${mapped(remote)}`];
}

function textOf({ version, words, port }: SocketEnd): string {
  const text = version === 6 ? words.map(hexWord).join('') : hexWord(words[0]);
  return `${text}:${hexPort(port)}`;
}

function mapped({ words, port }: SocketEnd): string {
  return `${MAPPED_IPV4}${hexWord(words[0])}:${hexPort(port)}`;
}

function hexWord(word: number): string {
  return (inOrderOfMachine(word) >>> 0).toString(16).toUpperCase().padStart(8, '0');
}

function inOrderOfMachine(word: number): number {
  if (!isLittleEndian()) return word;
  return ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}

/** Reads an end as it stands in a table. IPv4 within IPv6 is told by socketEndText. */
function endOf(text: string): SocketEnd {
  const [address, port] = text.split(':');
  const words = [0, 8, 16, 24].map((at) => inOrderOfMachine(Number.parseInt(address.slice(at, at + 8) || '0', 16)));
  return {
    version: address.length === IPV4_DIGITS ? 4 : 6,
    words: [words[0], words[1], words[2], words[3]],
    port: Number.parseInt(port, 16),
  };
}

function hexPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}

function isLittleEndian(): boolean {
  return endianness() === 'LE';
}
