import type { MakeCheckFormat } from './format.ts';

/** Each format by its name, loaded when asked for. */
export const checkFormats = {
  people: async () => (await import('./people.ts')).people,
} as const satisfies Record<string, () => Promise<MakeCheckFormat>>;

export type CheckFormatName = keyof typeof checkFormats;

export const CHECK_FORMATS = Object.keys(checkFormats) as CheckFormatName[];
