import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AnalysisResult, type AnalyzeOptions, analyzeInput } from '../../src/analyze.ts';
import { openCaptures } from '../../src/capture/input.ts';
import { FastLane } from '../../src/lane/fast-lane.ts';
import { webAssembly } from '../../src/lane/webassembly.ts';
import type { Connection } from '../../src/record.ts';
import { ROOT } from '../support/command.ts';

const FOLLOW = new webAssembly.Module(readFileSync(join(ROOT, 'dist/lane/follow.wasm')));

/** What an analysis gave. */
export interface Analysis {
  connections: Connection[];
  result: AnalysisResult;
  warnings: string[];
  /** Packets that went through the lane. */
  inLane: number;
}

export interface Options extends AnalyzeOptions {
  /** Of the consumer. */
  needlessFrom?: number;
}

/** Analyses a capture of any size through the lane, or without it. @returns the error as text where it cannot be read */
export async function analyzed(
  path: string,
  withLane: boolean,
  { needlessFrom, ...options }: Options = {},
  chunkSize?: number,
  lookOn: (lane: FastLane) => void = () => undefined,
): Promise<Analysis | string> {
  const connections: Connection[] = [];
  const warnings: string[] = [];
  const lane = new FastLane(0, withLane ? FOLLOW : null);
  try {
    const onWarning = (line: string) => warnings.push(line);
    const input = await openCaptures([path], {
      onWarning,
      makeWindow: lane.window,
      ...(chunkSize === undefined ? {} : { chunkSize }),
    });
    const consumer = {
      ended: (connection: { record(): Connection }) => connections.push(connection.record()),
      chunkDone: () => lookOn(lane),
      ...(needlessFrom === undefined ? {} : { needlessFrom }),
    };
    const result = await analyzeInput(input, consumer, options, null, lane);
    await input.close();
    return { connections, result, warnings, inLane: lane.packets };
  } catch (error) {
    return String(error);
  }
}

/** What a capture gives without the lane and through it, so that it can be compared, and how many packets went through it. */
export async function bothWays(
  path: string,
  options?: Options,
  chunkSize?: number,
): Promise<{ without: unknown; through: unknown; inLane: number }> {
  const without = await analyzed(path, false, options, chunkSize);
  const through = await analyzed(path, true, options, chunkSize);
  return {
    without: comparable(without),
    through: comparable(through),
    inLane: typeof through === 'string' ? 0 : through.inLane,
  };
}

/** Through the lane they are reported some packets later, and sums of the same times in another order differ in their last digit. */
function comparable(analysis: Analysis | string): unknown {
  if (typeof analysis === 'string') return analysis;
  const { inLane, ...rest } = analysis;
  const times = rest.result.summary.connectTime;
  if (times !== null) times.mean = Number(times.mean.toPrecision(12));
  return rest;
}
