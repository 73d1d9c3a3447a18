import { didYouMean } from '../report/nearest.ts';
import { CheckInputError } from './check-input-error.ts';

/** What a diff looks at, and from what on a change counts as one for `--fail-on`. */
export const ASPECTS = {
  failures: {
    describe: 'a problem of severity error is new at a server, or affects a greater share of its connections',
    least: null,
  },
  warnings: { describe: 'the same for problems of severity warning', least: null },
  errors: { describe: 'the same for errors on sockets (client ECONNRESET)', least: null },
  close: { describe: 'a way to close, or who closes first, is new, gone, or in another share', least: null },
  handshake: { describe: 'connect() takes longer, at p50, p95 or p99', least: 0.1 },
  retransmissions: { describe: 'a greater share of the packets is retransmitted', least: 0.1 },
  bytes: { describe: 'connections send or receive more or fewer bytes on average', least: 0.1 },
  connections: { describe: 'a server is new or gone, or has more or fewer connections', least: 0.1 },
} as const satisfies Record<string, { describe: string; least: number | null }>;

export type Aspect = keyof typeof ASPECTS;

/** Aspects that fail a diff, with the relative change that is still allowed (0.1 is 10 %). */
export type FailOn = ReadonlyMap<Aspect, number>;

/**
 * 'failures,handshake=20%' or 'all'.
 * @throws CheckInputError
 */
export function parseFailOn(text: string): FailOn {
  const failOn = new Map<Aspect, number>();
  for (const part of text.split(',')) {
    const [, name, share] = /^([a-z]+)(?:=(\d+\.?\d*|\.\d+)%)?$/.exec(part.trim()) ?? [];
    if (name === 'all' && share === undefined) {
      for (const [aspect, { least }] of Object.entries(ASPECTS)) failOn.set(aspect as Aspect, least ?? 0);
      continue;
    }
    const aspect = (Object.keys(ASPECTS) as Aspect[]).find((known) => known === name);
    if (aspect === undefined) throw unknownAspect(part);
    const { least } = ASPECTS[aspect];
    if (share !== undefined && least === null) {
      throw new CheckInputError(`--fail-on ${part}: ${aspect} takes no percentage; example: --fail-on ${aspect}`);
    }
    failOn.set(aspect, share === undefined ? (least ?? 0) : Number(share) / 100);
  }
  return failOn;
}

function unknownAspect(part: string): CheckInputError {
  const known = Object.keys(ASPECTS).join(', ');
  const hint = didYouMean(part.trim().split('=')[0], ['all', ...Object.keys(ASPECTS)]);
  return new CheckInputError(`--fail-on ${part}: one or more of all, ${known}; example: failures,handshake=20%${hint}`);
}
