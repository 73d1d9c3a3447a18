import type { Finding, Severity, Side } from '../record.ts';
import type { Basis, Evidence } from './evidence.ts';

export const SEVERITY_ORDER: Record<Severity, number> = { error: 0, warning: 1, note: 2 };

/** What a connection without findings has; shared, and never changed. */
const NONE: readonly Finding[] = [];

/** Collects what is found of a connection, and lets in only what its packets show; makes no list before the first. */
export class FindingList {
  readonly evidence: Evidence;
  #findings: Finding[] | null = null;

  constructor(evidence: Evidence) {
    this.evidence = evidence;
  }

  add(basis: Basis, code: string, severity: Severity, side: Side | null, message: string, frames: number[]): void {
    if (this.evidence.doubt(basis) !== null) return;
    this.#findings ??= [];
    this.#findings.push({ code, severity, side, message, frames: frames.filter((frame) => frame !== 0) });
  }

  worstFirst(): readonly Finding[] {
    if (this.#findings === null) return NONE;
    return this.#findings.sort((a, b) => SEVERITY_ORDER[a.severity] - SEVERITY_ORDER[b.severity]);
  }
}

export function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}

export function formatSeconds(value: number): string {
  return value < 1 ? `${(value * 1000).toFixed(0)} ms` : `${value.toFixed(1)} s`;
}
