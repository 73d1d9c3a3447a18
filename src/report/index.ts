import type { MakeReporter } from './reporter.ts';

/** Each report by its name. Loaded when asked for: what one format needs, another should not wait for. */
export const reporters = {
  terminal: async () => (await import('./terminal.ts')).terminal,
  json: async () => (await import('./json.ts')).json,
  ndjson: async () => (await import('./ndjson.ts')).ndjson,
  csv: async () => (await import('./csv.ts')).csv,
  zeek: async () => (await import('./zeek.ts')).zeek,
} as const satisfies Record<string, () => Promise<MakeReporter>>;

export type ReportName = keyof typeof reporters;
