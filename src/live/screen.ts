import { write, writeSync } from 'node:fs';
import { isOnlyAscii } from '../report/ascii.ts';
import { harmless } from '../report/harmless.ts';

const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J';
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l';
/** What lies between is shown at once, by terminals that know of it (synchronized output). */
const BEGIN_UPDATE = '\x1b[?2026h';
const END_UPDATE = '\x1b[?2026l';
const ERASE_TO_END_OF_LINE = '\x1b[K';
const CLEAR = '\x1b[2J';

/**
 * The terminal's other screen, drawn again and again: only lines that changed are written, in one write, so that
 * nothing flickers. While a slow terminal still takes in one picture the next ones are left out: it must not slow the
 * analysis. On leaving, the terminal is as it was before.
 */
export class Screen {
  readonly #fd: number;
  #shown: readonly string[] = [];
  #isBusy = false;
  isEntered = false;
  #mustClear = true;
  readonly #waiting: (() => void)[] = [];

  constructor(fd: number) {
    this.#fd = fd;
  }

  enter(): void {
    if (this.isEntered) return;
    this.isEntered = true;
    this.#mustClear = true;
    writeSync(this.#fd, ENTER);
  }

  /** Draws the picture, if the terminal is ready for it. */
  draw(lines: readonly string[]): void {
    if (!this.isEntered || this.#isBusy) return;
    const shown = lines.map(forTerminal);
    const changes = this.#changes(shown);
    if (changes === '') return;
    this.#shown = shown;
    this.#mustClear = false;
    this.#write(Buffer.from(BEGIN_UPDATE + changes + END_UPDATE));
  }

  /** The terminal has another size: what it shows now is not what was drawn. */
  resized(): void {
    this.#mustClear = true;
  }

  /** May be called at any time, more than once, also when the process exits. */
  leave(): void {
    if (!this.isEntered) return;
    this.isEntered = false;
    try {
      writeSync(this.#fd, LEAVE);
    } catch {
      // The terminal is gone.
    }
  }

  /** Waits until the terminal has taken in the last picture: nothing of it comes after `leave` then. */
  async settled(): Promise<void> {
    if (!this.#isBusy) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  /** By a thread: a terminal may take its time. */
  #write(bytes: Uint8Array): void {
    this.#isBusy = true;
    write(this.#fd, bytes, (error, written) => {
      if (error === null && written < bytes.length) {
        this.#write(bytes.subarray(written));
        return;
      }
      this.#isBusy = false;
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  #changes(lines: readonly string[]): string {
    const shown = this.#mustClear ? [] : this.#shown;
    let text = this.#mustClear ? CLEAR : '';
    for (let i = 0; i < Math.max(lines.length, shown.length); i++) {
      if (lines[i] !== shown[i]) text += `\x1b[${i + 1};1H${ERASE_TO_END_OF_LINE}${lines[i] ?? ''}`;
    }
    return text;
  }
}

/** One line, with nothing in it but text and colours. */
function forTerminal(line: string): string {
  return harmless(line.replaceAll('\n', '\\n'), isOnlyAscii());
}
