import type { MakeCheckFormat } from './format.ts';
import { shown } from './shown.ts';

/** Each format by its name. Loaded when asked for: what one needs, another should not wait for. */
export const checkFormats = {
  people: async () => shown((await import('./people.ts')).people),
  json: async () => (await import('./json.ts')).json,
  junit: async () => shown((await import('./junit.ts')).junit),
  github: async () => shown((await import('./github.ts')).github),
  tap: async () => shown((await import('./tap.ts')).tap),
} as const satisfies Record<string, () => Promise<MakeCheckFormat>>;

export type CheckFormatName = keyof typeof checkFormats;

export const CHECK_FORMATS = Object.keys(checkFormats) as CheckFormatName[];
