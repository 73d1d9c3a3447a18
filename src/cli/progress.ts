import { isatty } from 'node:tty';
import type { SingleBar } from 'cli-progress';
import type { OnProgress } from '../capture/whole-progress.ts';
import { isOnlyAscii } from '../report/ascii.ts';
import { tell } from '../report/tell.ts';
import { bytes, duration } from '../report/units.ts';

/** A bar for work that lasts no longer than this would only flicker. */
const SHOW_AFTER_MS = 1000;
const RESUME_AFTER_MS = 100;
const STDERR = 2;
const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** What work is given to say how far it is and what the user should know: options of an analysis. */
export interface Telling {
  onProgress?: OnProgress;
  onWarning?: (message: string) => void;
}

/**
 * Does work that may last, with a progress bar where standard error is a terminal, and warnings above it.
 * @param quiet neither
 * @param work `above` is for whatever else goes to the terminal meanwhile
 */
export async function withProgress<T>(
  quiet: boolean,
  work: (telling: Telling, above: (write: () => void) => void) => Promise<T>,
): Promise<T> {
  if (quiet) return work({}, (write) => write());
  const progress = isatty(STDERR) && process.env.TERM !== 'dumb' ? new Progress() : null;
  const above = (write: () => void) => (progress === null ? write() : progress.above(write));
  const telling: Telling = { onWarning: (message) => above(() => tell(message)) };
  if (progress !== null) telling.onProgress = (read, total) => progress.update(read, total);
  try {
    return await work(telling, above);
  } finally {
    progress?.stop();
  }
}

/** A progress bar, for work that lasts. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #showAfter: number;
  #state: Reading = { read: 0, total: null, since: performance.now(), from: 0, now: performance.now() };
  readonly #started = performance.now();
  #isLoading = false;
  #isStopped = false;
  #isSuspended = false;
  #bar: SingleBar | null = null;

  /** @param showAfter milliseconds */
  constructor(stream: NodeJS.WriteStream = process.stderr, showAfter = SHOW_AFTER_MS) {
    this.#stream = stream;
    this.#showAfter = showAfter;
  }

  /** @param bytesTotal null: not known, or not yet */
  update(bytesRead: number, bytesTotal: number | null): void {
    const now = performance.now();
    // What is left is estimated from the time since its size is known.
    const isNews = (this.#state.total === null) !== (bytesTotal === null);
    const { since, from } = isNews ? { since: now, from: bytesRead } : this.#state;
    this.#state = { read: bytesRead, total: bytesTotal, since, from, now };
    if (this.#bar !== null) this.#bar.update(bytesRead, this.#state);
    else if (!this.#isLoading && now - this.#started > this.#showAfter) {
      this.#isLoading = true;
      void this.#show();
    }
  }

  /** Writes to the terminal while there is a bar, which then goes on below. */
  above(write: () => void): void {
    this.#bar?.stop();
    try {
      write();
    } finally {
      this.#draw();
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#bar?.stop();
    this.#bar = null;
    for (const signal of ENDING_SIGNALS) process.off(signal, this.#end);
    process.off('SIGTSTP', this.#suspend).off('SIGCONT', this.#resume);
  }

  async #show(): Promise<void> {
    const { default: progress } = await import('cli-progress');
    if (this.#isStopped) return;
    this.#bar = new progress.SingleBar({
      format: (_options, { maxWidth = 80 }, reading) => readingText(reading as Reading, maxWidth, isOnlyAscii()),
      stream: this.#stream,
      clearOnComplete: true,
      hideCursor: true,
      // Its own way to leave the terminal in order swallows the signal: Ctrl-C would not end the program.
      gracefulExit: false,
      fps: 5,
    });
    for (const signal of ENDING_SIGNALS) process.on(signal, this.#end);
    process.on('SIGTSTP', this.#suspend).on('SIGCONT', this.#resume);
    this.#draw();
  }

  #draw(): void {
    // A whole of 1, of which nobody takes notice: the text is made of what is handed on beside it.
    this.#bar?.start(1, 0, { ...this.#state });
  }

  /** Sets the cursor free, and lets the signal do what it does without us. */
  readonly #end = (signal: NodeJS.Signals): void => {
    this.stop();
    process.kill(process.pid, signal);
  };

  /** Ctrl-Z: the shell gets the terminal as it was. */
  readonly #suspend = (): void => {
    this.#bar?.stop();
    this.#isSuspended = true;
    process.off('SIGTSTP', this.#suspend);
    process.kill(process.pid, 'SIGTSTP');
    // After SIGCONT; at once where a job cannot be stopped because nobody could continue it.
    setTimeout(this.#resume, RESUME_AFTER_MS);
  };

  readonly #resume = (): void => {
    if (!this.#isSuspended || this.#isStopped) return;
    this.#isSuspended = false;
    process.on('SIGTSTP', this.#suspend);
    this.#draw();
  };
}

/** How far reading has come. Times in milliseconds, sizes in bytes. */
export interface Reading {
  read: number;
  /** null where it is not known. */
  total: number | null;
  /** When it was first known whether there is a total, and how much had been read then. */
  since: number;
  from: number;
  now: number;
}

const WIDEST_BAR = 40;
const NARROWEST_BAR = 8;

/** One line, no wider than `width`: a bar with the percentage and the time left, or how much and how fast. */
export function readingText({ read, total, since, from, now }: Reading, width: number, ascii: boolean): string {
  const seconds = (now - since) / 1000;
  const done = read - from;
  if (total === null) {
    const rate = seconds > 0 ? `, ${bytes(Math.round(done / seconds))}/s` : '';
    return `reading ${bytes(read)}${rate}`.slice(0, width);
  }
  const share = total === 0 ? 1 : Math.min(1, read / total);
  const left = done > 0 ? Math.round((seconds * Math.max(0, total - read)) / done) : null;
  const numbers = `${Math.floor(share * 100)}%${left === null ? '' : `, ${duration(left)} left`}`;
  const room = Math.min(WIDEST_BAR, width - 'reading  '.length - numbers.length);
  if (room < NARROWEST_BAR) return `reading ${numbers}`.slice(0, width);
  const full = Math.round(share * room);
  const [some, none] = ascii ? ['#', '.'] : ['█', '░'];
  return `reading ${some.repeat(full)}${none.repeat(room - full)} ${numbers}`;
}
