import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Agreement, agreementOf } from '../agreement.ts';
import { play } from '../play.ts';
import { recordsOf } from '../records.ts';
import type { Scenario } from '../scenario.ts';
import { FEW_SYNS } from '../scenarios/preparations.ts';
import type { Truth } from '../truth.ts';
import { truthOf } from '../witness.ts';

export interface MixedRun {
  connections: number;
  /** Of the client's program; each makes one connection at a time. */
  threads: number;
  /** Of the lots for the kinds. */
  seed: number;
  at: 'client' | 'server';
}

const KINDS = readFileSync(fileURLToPath(new URL('./kinds.py', import.meta.url)), 'utf8');
/** LOSSY_PORT of kinds.py: one frame in fifty to or from it is lost. */
const LOSS = { share: 0.02, sharePort: 8998 };

/** Makes connections of random kinds, with the capture of them at `path`, and holds the records against the truth. */
export async function playMixed(run: MixedRun, path: string): Promise<{ truth: Truth; agreement: Agreement }> {
  const { connections, threads, seed, at } = run;
  const scenario: Scenario = {
    theme: 'mixed',
    name: 'mixed',
    says: 'Connections of random kinds.',
    prepareClient: [...FEW_SYNS, 'sysctl -qw net.ipv4.tcp_fin_timeout=1'],
    server: `${KINDS}\nserve()\n`,
    client: `${KINDS}\nrun_clients(${connections}, ${threads}, ${seed})\n`,
    toServer: LOSS,
    toClient: LOSS,
    capture: { at },
    patience: 300,
    expect: {},
  };
  const truth = truthOf(scenario, await play(scenario, path), path);
  const agreement = agreementOf(truth, await recordsOf(path));
  // How late a hundred threads of one program wake is no question of packets.
  agreement.asked.delete('connect()');
  agreement.disagreements = agreement.disagreements.filter(({ question }) => question !== 'connect()');
  return { truth, agreement };
}

/** The share of right answers to a question; 1 where it was not asked. */
export function rightShare({ asked, disagreements }: Agreement, question: string): number {
  const count = [...asked].find(([each]) => each === question)?.[1] ?? 0;
  const wrong = disagreements.filter((each) => each.question === question).length;
  return count === 0 ? 1 : (count - wrong) / count;
}
