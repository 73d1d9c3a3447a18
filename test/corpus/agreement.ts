import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Comparison } from './compare.ts';

/** The agreement that was reached, per field: how many streams were compared and how many were equal. */
type Agreement = Record<string, { streams: number; equal: number }>;

const PATH = fileURLToPath(new URL('./agreement.json', import.meta.url));

/** Zeek's table is not in it: it informs and is held to nothing. */
function agreementOf(comparison: Comparison): Agreement {
  const agreement: Agreement = {};
  for (const part of ['tcp', 'udp', 'close'] as const) {
    for (const [field, tally] of comparison[part].fields) {
      agreement[`${part} ${field}`] = { streams: tally.streams, equal: tally.streams - tally.differences.length };
    }
  }
  return agreement;
}

export function writeAgreement(comparison: Comparison): void {
  writeFileSync(PATH, `${JSON.stringify(agreementOf(comparison), null, 2)}\n`);
}

/** One line for each field that agrees less than it did. */
export function lostAgreement(comparison: Comparison): string[] {
  const now = agreementOf(comparison);
  const reached = JSON.parse(readFileSync(PATH, 'utf8')) as Agreement;
  return Object.entries(reached).flatMap(([field, before]) => {
    const after = now[field];
    if (after === undefined) return [`${field}: no longer compared`];
    if (after.equal * before.streams >= before.equal * after.streams) return [];
    return [`${field}: ${after.equal} of ${after.streams} streams equal, was ${before.equal} of ${before.streams}`];
  });
}
