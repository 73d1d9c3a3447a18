import type { TrueConnection } from './truth.ts';

/** What the wire does to frames of one direction, by number; frames with TCP payload are counted from 1. */
export interface WireRules {
  lose?: number[];
  /** Three delays later than the others. */
  late?: number[];
  twice?: number[];
  /** Of all frames, this share is lost by lot; the lots are the same every time. */
  share?: number;
  /** Only frames from or to these ports are lost so. */
  sharePorts?: number[];
  /** Longer frames are lost, and nobody is told. */
  longest?: number;
  /** After this frame the wire sends one of its own: a RST with the next sequence number and another TTL. */
  forge?: number;
}

/** A firewall in the wire that forgets a connection which was idle for so many seconds. */
export interface Middlebox {
  forgets: number;
  /** What it then does with a segment: nothing, or a RST back in the name of the other side. */
  answers: 'nothing' | 'reset';
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
  middlebox?: Middlebox;
  /** No wire: a pair of interfaces, on which a packet arrives within the call that sends it. */
  direct?: boolean;
  /** Seconds that the programs may take; default 30. */
  patience?: number;
  /** Both programs run in the client's namespace. */
  oneHost?: boolean;
  /** This side's program ends by SIGKILL. */
  killed?: 'client' | 'server';
  /** The cause of every first RST, in the words of the record. */
  resetCause?: string;
  /** What the programs cannot tell, for every connection. */
  truth?: Partial<Pick<TrueConnection, 'firstCloser' | 'resetBy'>>;
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
