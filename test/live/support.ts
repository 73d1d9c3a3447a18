import { type AnalyzeOptions, analyzeInput, type RunningAnalysis } from '../../src/analyze.ts';
import { LiveClock } from '../../src/live/live-clock.ts';
import { type LiveListener, LiveSession, type SessionOptions } from '../../src/live/session.ts';
import type { Connection } from '../../src/record.ts';
import { PacketInput, play, START, type Step } from '../support/conversation.ts';

export interface Told {
  kind: string;
  /** Seconds since the start of the script. */
  at: number;
  connection: Connection;
}

/** A script seen live: its packets one at a time, each after the wait that its time says, and silence after the last. */
export class LiveScript {
  readonly told: Told[] = [];
  readonly session: LiveSession;
  /** The final records, as the tracker gives them. */
  readonly records: Connection[] = [];
  #wall = 0;

  constructor(options: Omit<SessionOptions, 'clock'> = {}, listener: LiveListener = {}) {
    const collect: LiveListener = {
      event: ({ kind, time, connection }) => {
        this.told.push({ kind, at: secondsSinceStart(time), connection: connection.record() });
      },
    };
    this.session = new LiveSession([collect, listener], { ...options, clock: new LiveClock(() => this.#wall * 1000) });
  }

  get analysis(): RunningAnalysis {
    return this.session.analysis;
  }

  /**
   * @param silence seconds that the capture goes on after the last packet
   * @param look called after each packet
   */
  async play(steps: Step[], { silence = 0, look = () => {}, ...options }: PlayOptions = {}): Promise<this> {
    const input = new PacketInput(play(steps));
    const { next } = input;
    let now = 0;
    input.next = (view) => {
      if (this.session.isBegun) this.session.wait();
      look();
      const wasAt = this.#wall;
      const found = next.call(input, view);
      now = found ? input.now - START : now + silence;
      for (this.#wall = wasAt; this.#wall < now; this.#wall = Math.min(now, this.#wall + 0.25)) this.session.tick();
      this.session.tick();
      return found;
    };
    const consumer = { ended: (each: { record(): Connection }) => this.records.push(each.record()) };
    await analyzeInput(input, consumer, options, this.session);
    this.session.finish();
    return this;
  }

  /** Kinds of events in order, with the stream that each is about. */
  get kinds(): string[] {
    return this.told.map(({ kind, connection }) => `${kind} ${connection.stream}`);
  }
}

interface PlayOptions extends AnalyzeOptions {
  silence?: number;
  look?: () => void;
}

function secondsSinceStart(time: string): number {
  return Number(time.split('.')[0]) - START + Number(`0.${time.split('.')[1]}`);
}
