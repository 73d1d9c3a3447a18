/** What can happen to a connection; `open` is told of what is still open when the capture ends. */
export const EVENT_KINDS = ['established', 'failed', 'ended', 'open'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];
