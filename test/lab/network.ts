import { fileURLToPath } from 'node:url';
import { LabProcess, run } from './processes.ts';
import type { Scenario } from './scenario.ts';

const WIRE = fileURLToPath(new URL('./wire.py', import.meta.url));
const SIDES = ['client', 'server'] as const;
const HOSTS = ['wire', ...SIDES] as const;
type Host = (typeof SIDES)[number];

/** Two hosts and the wire between them: three network namespaces of our own, gone when the scenario is over. */
export class Network {
  readonly #prefix = `sockscope-${process.pid}`;
  #wire: LabProcess | null = null;

  static async make(scenario: Scenario): Promise<Network> {
    const network = new Network();
    try {
      network.#lay(scenario.direct ?? false);
      for (const host of SIDES) {
        const commands = host === 'client' ? scenario.prepareClient : scenario.prepareServer;
        for (const command of commands ?? []) run('ip', ...network.inside(host, 'sh', '-c', command));
      }
      if (!scenario.direct) await network.#connect(scenario);
      return network;
    } catch (error) {
      await network.remove();
      throw error;
    }
  }

  /** Arguments of `ip` that run a program in a host's namespace. */
  inside(host: Host | 'wire', ...command: string[]): string[] {
    return ['netns', 'exec', this.#name(host), ...command];
  }

  /** The connections of a host and their states: 'TIME-WAIT 10.9.0.1:50000 10.9.0.2:80'. */
  connections(host: Host): string[] {
    const lines = run('ip', ...this.inside(host, 'ss', '-Htan')).split('\n');
    return lines.map((line) => {
      const [state, , , local, remote] = line.split(/\s+/);
      return `${state} ${local} ${remote}`;
    });
  }

  async remove(): Promise<void> {
    await this.#wire?.stop('SIGKILL');
    const namespaces = run('ip', 'netns', 'list');
    for (const host of HOSTS) {
      if (namespaces.includes(this.#name(host))) run('ip', 'netns', 'del', this.#name(host));
    }
  }

  #name(host: Host | 'wire'): string {
    return `${this.#prefix}-${host}`;
  }

  #lay(direct: boolean): void {
    for (const host of HOSTS) run('ip', 'netns', 'add', this.#name(host));
    const link = (host: Host, name: string, to: Host | 'wire') => {
      const peer = ['peer', 'name', name, 'netns', this.#name(to)];
      run('ip', 'link', 'add', 'eth0', 'netns', this.#name(host), 'type', 'veth', ...peer);
    };
    if (direct) link('client', 'eth0', 'server');
    else for (const host of SIDES) link(host, `to${host}`, 'wire');
    for (const [index, host] of SIDES.entries()) {
      const namespace = this.#name(host);
      // Without this the kernel asks for routers and reports multicast groups on every new interface.
      run('ip', ...this.inside(host, 'sysctl', '-qw', 'net.ipv6.conf.eth0.router_solicitations=0'));
      this.#withoutOffloads(host, 'eth0');
      if (!direct) this.#withoutOffloads('wire', `to${host}`);
      const address = index + 1;
      run('ip', '-n', namespace, 'link', 'set', 'eth0', 'address', `02:00:00:00:00:0${address}`);
      run('ip', '-n', namespace, 'addr', 'add', `10.9.0.${address}/24`, 'dev', 'eth0');
      run('ip', '-n', namespace, '-6', 'addr', 'add', `fd00::${address}/64`, 'dev', 'eth0', 'nodad');
      for (const device of ['lo', 'eth0']) run('ip', '-n', namespace, 'link', 'set', device, 'up');
    }
    if (!direct) for (const host of SIDES) run('ip', '-n', this.#name('wire'), 'link', 'set', `to${host}`, 'up');
    for (const [index, host] of SIDES.entries()) {
      const other = 2 - index;
      const known = ['lladdr', `02:00:00:00:00:0${other}`, 'dev', 'eth0', 'nud', 'permanent'];
      run('ip', '-n', this.#name(host), 'neigh', 'replace', `10.9.0.${other}`, ...known);
      run('ip', '-n', this.#name(host), '-6', 'neigh', 'replace', `fd00::${other}`, ...known);
    }
  }

  /** So that the capture holds the packets of the wire, with the checksums of the wire. */
  #withoutOffloads(host: Host | 'wire', device: string): void {
    const offloads = ['gro', 'gso', 'tso', 'tx', 'rx'].flatMap((name) => [name, 'off']);
    run('ip', ...this.inside(host, 'ethtool', '-K', device, ...offloads));
  }

  async #connect(scenario: Scenario): Promise<void> {
    const { delay = 0.005, toServer = {}, toClient = {}, middlebox = null } = scenario;
    const plan = JSON.stringify({ delay, toServer, toClient, middlebox });
    this.#wire = new LabProcess('wire', 'ip', this.inside('wire', 'python3', WIRE, plan));
    await this.#wire.said('ready');
  }
}
