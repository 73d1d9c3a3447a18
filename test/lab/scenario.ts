/** What the wire does to frames of one direction, by number; frames with TCP payload are counted from 1. */
export interface WireRules {
  lose?: number[];
  /** Three delays later than the others. */
  late?: number[];
  twice?: number[];
}

/** One real exchange between two namespaces, and the capture of it. */
export interface Scenario {
  /** The capture is written to fixtures/<theme>/<name>.pcap. */
  theme: string;
  name: string;
  /** One sentence for fixtures/README.md: what happens. */
  says: string;
  /** Python, run in the server's namespace after prelude.py; the client is started when it says 'ready'. */
  server?: string;
  client: string;
  /** Commands run in a namespace before anything else. */
  prepareClient?: string[];
  prepareServer?: string[];
  /** Seconds a frame needs from one side to the other; default 5 ms. */
  delay?: number;
  toServer?: WireRules;
  toClient?: WireRules;
  /** Both programs run in the client's namespace. */
  oneHost?: boolean;
  /** Where and how tcpdump listens; default: the client's interface, 128 bytes of each packet. */
  capture?: {
    at?: 'client' | 'server' | 'wire';
    device?: string;
    snapLength?: number;
    microseconds?: boolean;
    /** Begins only when a program says 'start capture'. */
    late?: boolean;
  };
  /** Wireshark display filters and the number of packets that match each; a range where timing has a say. */
  expect: Record<string, number | [number, number]>;
}
