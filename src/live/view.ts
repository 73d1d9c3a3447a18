import type { LiveListener } from './session.ts';

/** How a live session is seen while it runs. */
export interface LiveView {
  readonly listener: LiveListener;
  /** Where the report for people goes, a file descriptor. */
  readonly reportTo: number;
  /** Says one thing to the user: at once, or when there is room for it. */
  tell(message: string): void;
  begin?(): void;
  /** Called after each chunk of packets; the next is not read before this is done. */
  chunkDone?(): Promise<void>;
  /** Called some times a second, and after each whole second with how long it really was. */
  tick?(): void;
  second?(seconds: number): void;
  /** Makes room for a report in between, which `write` writes. */
  between(write: () => void): void;
  /** The session was told to end. */
  stopping?(): void;
  /** The capture has ended; what comes after is the report. */
  end?(): Promise<void>;
  /** Leaves everything as it was. May be called at any time, and more than once. */
  close?(): void;
}
