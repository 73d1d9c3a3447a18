import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Connection } from '../../../src/record.ts';
import { type Agreement, agreementOf, pairsOf } from '../agreement.ts';
import { PRELUDE, play } from '../play.ts';
import { run as runProgram } from '../processes.ts';
import { recordsOf } from '../records.ts';
import type { Scenario } from '../scenario.ts';
import type { TrueConnection, Truth } from '../truth.ts';
import { truthOf } from '../witness.ts';
import { questionOf, toldIn, type Verdict, verdictOf } from './unanswered.ts';

export interface MixedRun {
  connections: number;
  /** Of the client's program; each makes one connection at a time. */
  threads: number;
  /** Of the lots for the kinds. */
  seed: number;
  at: 'client' | 'server';
}

/** A kind of kinds.py. */
interface Kind {
  name: string;
  port: number;
  /** How it is made to end; null where that is left open. */
  ends: Verdict | null;
}

/** The connections of one kind, and what came of them. */
export interface KindResult extends Kind {
  connections: number;
  /** What the calls prove of their last requests; the rest is left open by them. */
  verdicts: Map<Verdict, number>;
  agreement: Agreement;
}

export interface MixedResult {
  truth: Truth;
  agreement: Agreement;
  kinds: KindResult[];
}

const KINDS = readFileSync(fileURLToPath(new URL('./kinds.py', import.meta.url)), 'utf8');
/** As few SYNs as a kernel sends that was not told to give up early: at 0, 1 and 3 s. */
const THREE_SYNS = 'sysctl -qw net.ipv4.tcp_syn_retries=2 net.ipv4.tcp_syn_linear_timeouts=0';
/** The lossy ports of kinds.py: one frame in fifty to or from them is lost. */
const LOSS = { share: 0.02, sharePorts: [8997, 8998] };

/** Makes connections of random kinds, with the capture of them at `path`, and holds the records against the truth. */
export async function playMixed(run: MixedRun, path: string): Promise<MixedResult> {
  const { connections, threads, seed, at } = run;
  const scenario: Scenario = {
    theme: 'mixed',
    name: 'mixed',
    says: 'Connections of random kinds.',
    prepareClient: [THREE_SYNS, 'sysctl -qw net.ipv4.tcp_fin_timeout=1'],
    server: `${KINDS}\nserve()\n`,
    client: `${KINDS}\nrun_clients(${connections}, ${threads}, ${seed})\n`,
    toServer: LOSS,
    toClient: LOSS,
    capture: { at },
    patience: 300,
    expect: {},
  };
  const truth = truthOf(scenario, await play(scenario, path), path);
  return { truth, ...heldAgainst(truth, await recordsOf(path)) };
}

/** Holds records against the truth of a mixed run, altogether and by kind. */
export function heldAgainst(truth: Truth, records: Connection[]): Omit<MixedResult, 'truth'> {
  const kinds = listKinds();
  const judged = pairsOf(truth, records).map(([connection, record]): Judged => {
    const kind = kinds.find(({ port }) => connection.server.endsWith(`:${port}`));
    const proved = verdictOf(connection, truth.delay);
    // The calls do not show whether a close sent a RST; where it may be called one or the other its kind says so.
    const isOpen = kind?.ends === 'either' && proved !== null && proved !== 'nothing';
    return { connection, record, kind: kind?.name ?? null, verdict: isOpen ? 'either' : proved };
  });
  const results = kinds.map((kind) => kindResult(kind, truth, judged));
  return { agreement: mixedAgreement(truth, judged), kinds: results };
}

interface Judged {
  connection: TrueConnection;
  record: Connection | undefined;
  kind: string | null;
  verdict: Verdict | null;
}

function mixedAgreement(truth: Truth, judged: Judged[]): Agreement {
  const connections = judged.map(({ connection }) => connection);
  const agreement = agreementOf(
    { ...truth, connections },
    judged.flatMap(({ record }) => record ?? []),
  );
  // How late a hundred threads of one program wake is no question of packets.
  agreement.asked.delete('connect()');
  agreement.disagreements = agreement.disagreements.filter(({ question }) => question !== 'connect()');
  for (const { connection, record, verdict } of judged) {
    if (verdict === null) continue;
    const { client, server } = connection;
    const question = questionOf(verdict);
    const got = toldIn(record, connection, verdict);
    agreement.asked.set(question, (agreement.asked.get(question) ?? 0) + 1);
    const stream = record?.stream ?? null;
    if (got !== verdict) agreement.disagreements.push({ client, server, stream, question, expected: verdict, got });
  }
  return agreement;
}

function listKinds(): Kind[] {
  const lines = runProgram('python3', '-c', `${PRELUDE}${KINDS}\nlist_kinds()\n`).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Kind);
}

function kindResult(kind: Kind, truth: Truth, judged: Judged[]): KindResult {
  const mine = judged.filter((each) => each.kind === kind.name);
  const verdicts = new Map<Verdict, number>();
  for (const { verdict } of mine) {
    if (verdict !== null) verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
  }
  return { ...kind, connections: mine.length, verdicts, agreement: mixedAgreement(truth, mine) };
}

/** The share of connections of kinds with that end which ended so, as far as the calls prove it. */
export function madeShare(kinds: KindResult[], ends: Verdict): number {
  const made = kinds.filter((kind) => kind.ends === ends);
  const connections = made.reduce((sum, kind) => sum + kind.connections, 0);
  const wanted = made.reduce((sum, { verdicts }) => sum + (verdicts.get(ends) ?? 0), 0);
  return connections === 0 ? 1 : wanted / connections;
}

/** The share of right answers to a question; 1 where it was not asked. */
export function rightShare({ asked, disagreements }: Agreement, question: string): number {
  const count = [...asked].find(([each]) => each === question)?.[1] ?? 0;
  const wrong = disagreements.filter((each) => each.question === question).length;
  return count === 0 ? 1 : (count - wrong) / count;
}
