import { openSync } from 'node:fs';
import { isatty, ReadStream } from 'node:tty';

export type Key = 'quit' | 'interrupt' | 'suspend' | 'redraw';

const STDIN = 0;
const KEYS: Record<string, Key> = { q: 'quit', Q: 'quit', '\x03': 'interrupt', '\x1a': 'suspend', '\x0c': 'redraw' };

/**
 * Keys as they are pressed, from the terminal itself where standard input is something else (a capture). Without line
 * editing the terminal sends no signals: Ctrl-C and Ctrl-Z come as keys, too.
 */
export class Keyboard {
  readonly #stream: ReadStream;

  private constructor(stream: ReadStream, onKey: (key: Key) => void) {
    this.#stream = stream;
    stream.on('data', (bytes: Buffer) => {
      for (const character of bytes.toString('latin1')) {
        const key = KEYS[character];
        if (key !== undefined) onKey(key);
      }
    });
    stream.on('error', () => {});
    this.grab();
  }

  /** null where there is no terminal to type at. */
  static open(onKey: (key: Key) => void): Keyboard | null {
    try {
      return new Keyboard(new ReadStream(isatty(STDIN) ? STDIN : openSync('/dev/tty', 'r')), onKey);
    } catch {
      return null;
    }
  }

  grab(): void {
    this.#stream.setRawMode(true);
  }

  /** The terminal edits lines again, and Ctrl-C is a signal. */
  release(): void {
    try {
      this.#stream.setRawMode(false);
    } catch {
      // The terminal is gone.
    }
  }

  close(): void {
    this.release();
    this.#stream.destroy();
  }
}
