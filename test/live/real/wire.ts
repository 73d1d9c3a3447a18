import { run } from '../../lab/processes.ts';

export type Host = 'client' | 'server';
const HOSTS = ['client', 'server'] as const;

/** Addresses of the two hosts. */
export const CLIENT = '10.8.0.1';
export const SERVER = '10.8.0.2';
/** The interface of each of them. */
export const DEVICE = 'eth0';

let wires = 0;

/** Two hosts joined by a wire without delay: two network namespaces of our own and a veth pair. */
export class Wire {
  readonly #prefix = `sockscope-live-${process.pid}-${++wires}`;

  constructor() {
    try {
      this.#lay();
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** A command line that runs a program on a host. */
  on(host: Host, ...command: string[]): [string, ...string[]] {
    return ['ip', 'netns', 'exec', this.namespace(host), ...command];
  }

  namespace(host: Host): string {
    return `${this.#prefix}-${host}`;
  }

  /** The client's interface. */
  set(state: 'up' | 'down'): void {
    run('ip', '-n', this.namespace('client'), 'link', 'set', DEVICE, state);
  }

  /** The interface is gone, on both sides. */
  cut(): void {
    run('ip', '-n', this.namespace('client'), 'link', 'del', DEVICE);
  }

  remove(): void {
    const namespaces = run('ip', 'netns', 'list');
    for (const host of HOSTS) {
      if (namespaces.includes(this.namespace(host))) run('ip', 'netns', 'del', this.namespace(host));
    }
  }

  #lay(): void {
    for (const host of HOSTS) run('ip', 'netns', 'add', this.namespace(host));
    const [client, server] = HOSTS.map((host) => this.namespace(host));
    const peer = ['peer', 'name', DEVICE, 'netns', server];
    run('ip', 'link', 'add', DEVICE, 'netns', client, 'type', 'veth', ...peer);
    for (const [index, host] of HOSTS.entries()) {
      // Nothing may be sent but what a test sends: no IPv6, whose kernel looks for neighbours and routers.
      run(
        ...this.on(host, 'sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1', 'net.ipv6.conf.default.disable_ipv6=1'),
      );
      // More than 60,000 connections to one server port, without waiting for TIME-WAIT.
      run(...this.on(host, 'sysctl', '-qw', 'net.ipv4.ip_local_port_range=1024 65535', 'net.ipv4.tcp_tw_reuse=1'));
      run('ip', '-n', this.namespace(host), 'addr', 'add', `10.8.0.${index + 1}/24`, 'dev', DEVICE);
      for (const device of ['lo', DEVICE]) run('ip', '-n', this.namespace(host), 'link', 'set', device, 'up');
    }
  }
}
