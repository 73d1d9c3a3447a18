import { describe, expect, test } from '@jest/globals';
import { type AnalysisObserver, type AnalysisResult, analyzeInput, type RunningAnalysis } from '../../src/analyze.ts';
import type { Connection } from '../../src/record.ts';
import { c, PacketInput, pair, play, type Step, s } from '../support/conversation.ts';

const { client: c2, server: s2 } = pair({ client: { port: 40001 } });
const { client: c3, server: s3 } = pair({ client: { port: 40002, address: '10.0.0.3' } });

const SCRIPT: Step[] = [
  c.syn(),
  s.synAck(),
  c.ack(),
  c2.syn(),
  s2.rstAck(),
  c.data(100),
  s.data(200),
  c.fin(),
  s.fin(),
  c.ack(),
  // Long after: the first one is reported, the second SYN begins another stream on its ports.
  c.syn({ after: 400, isn: 77_000 }),
  s.synAck({ isn: 99_000 }),
  c.ack(),
  c.data(10),
  // One more is refused while the first of that kind was reported.
  c3.syn(),
  s3.rstAck(),
  c.data(10),
];

interface Said {
  connections: Connection[];
  result: AnalysisResult;
}

/** Everything that an analysis says of the packets, in the order of the capture. */
async function analysisOf(packets: ReturnType<typeof play>): Promise<Said> {
  const connections: Connection[] = [];
  const result = await analyzeInput(new PacketInput(packets), { ended: (each) => connections.push(each.record()) });
  return { connections: inOrder(connections), result };
}

function inOrder(connections: Connection[]): Connection[] {
  return connections.sort((a, b) => a.firstFrame - b.firstFrame);
}

describe('a result in between', () => {
  test.each(['end', 'capture'] as const)('is that of the capture so far, in order of the %s', async (order) => {
    const packets = play(SCRIPT);
    const between: Said[] = [];
    const ended: Connection[] = [];
    let running: RunningAnalysis | null = null;
    const look = () => {
      if (running === null) return;
      const others: Connection[] = [];
      const result = running.resultSoFar({ ended: (each) => others.push(each.record()) });
      between.push({ connections: inOrder([...ended, ...others]), result: JSON.parse(JSON.stringify(result)) });
    };
    const input = new PacketInput(packets);
    const { next } = input;
    input.next = (view) => {
      look();
      return next.call(input, view);
    };
    const observer: AnalysisObserver = {
      begin: (analysis) => {
        running = analysis;
      },
      updated: () => {},
      left: () => {},
    };
    await analyzeInput(input, { ended: (each) => ended.push(each.record()) }, { order }, observer);

    expect(between).toHaveLength(packets.length + 1);
    for (const [count, said] of between.entries()) {
      expect(said).toEqual(JSON.parse(JSON.stringify(await analysisOf(packets.slice(0, count)))));
    }
    expect(between.at(-1)?.connections.map(({ stream }) => stream)).toEqual([0, 1, 2, 3]);
  });
});
