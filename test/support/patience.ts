/** Nothing that a test waits for takes longer, in milliseconds, also on a slow machine with much else to do. */
export const PATIENCE = 120_000;
