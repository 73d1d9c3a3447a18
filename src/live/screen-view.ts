import pc from 'picocolors';
import { tell } from '../report/tell.ts';
import { LiveDisplay, type Surroundings } from './display.ts';
import { type Key, Keyboard } from './keyboard.ts';
import type { ProcessesOf } from './processes/process.ts';
import { Screen } from './screen.ts';
import { screenLines } from './screen-lines.ts';
import type { LiveView } from './view.ts';

const STDOUT = 1;
/** Milliseconds between two pictures. */
const DRAW_EVERY = 480;
/** Milliseconds until a stop has surely begun. */
const RESUME_AFTER = 100;
/** Milliseconds for which what the user is told stands on the screen; it is told again at the end. */
const NOTICE_FOR = 15_000;

export interface ScreenOptions {
  color: boolean;
  utc: boolean;
  processesOf: ProcessesOf | null;
  surroundings: () => Surroundings;
  /** The user wants it to end. */
  onQuit: () => void;
}

/** A live session on a terminal: a screen that is drawn anew twice a second, and keys. */
export class ScreenView implements LiveView {
  readonly listener: LiveDisplay;
  readonly reportTo = STDOUT;
  readonly #options: ScreenOptions;
  readonly #colors: ReturnType<typeof pc.createColors>;
  readonly #screen = new Screen(STDOUT);
  readonly #waiting: string[] = [];
  #keyboard: Keyboard | null = null;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #isShown = false;
  #isClosed = false;
  readonly #widest = new Map<string, number>();
  #notice = { message: '', until: 0 };

  constructor(options: ScreenOptions) {
    this.#options = options;
    this.#colors = pc.createColors(options.color);
    this.listener = new LiveDisplay(options.processesOf, options.utc);
  }

  begin(): void {
    this.#keyboard = Keyboard.open((key) => this.#pressed(key));
    process.on('exit', this.#leave);
    process.on('SIGCONT', this.#resumed);
    process.stdout.on('resize', this.#resized);
    this.#enter();
  }

  tell(message: string): void {
    this.#notice = { message, until: performance.now() + NOTICE_FOR };
    if (this.#screen.isEntered) this.#waiting.push(message);
    else tell(message);
  }

  tick(): void {
    if (performance.now() - this.#drawnAt >= DRAW_EVERY) this.#draw();
  }

  second(seconds: number): void {
    this.listener.second(seconds);
  }

  /** The report stays on the terminal's own screen, where it is seen again at the end. */
  between(write: () => void): void {
    void this.#leaveWell().then(() => {
      if (this.#isClosed) return; // the full report comes now
      write();
      process.stdout.write('\n');
      this.#enter();
    });
  }

  async end(): Promise<void> {
    await this.#leaveWell();
    this.close();
  }

  close(): void {
    this.#isClosed = true;
    this.#leave();
    this.#keyboard?.close();
    this.#keyboard = null;
    process.off('exit', this.#leave);
    process.off('SIGCONT', this.#resumed);
    process.stdout.off('resize', this.#resized);
  }

  #enter(): void {
    this.#keyboard?.grab();
    this.#screen.enter();
    this.#isShown = true;
    this.#draw();
  }

  /** What is on its way to the terminal must not come to its own screen. */
  async #leaveWell(): Promise<void> {
    this.#isShown = false;
    await this.#screen.settled();
    this.#leave();
  }

  readonly #leave = (): void => {
    this.#screen.leave();
    this.#keyboard?.release();
    this.#isShown = false;
    for (const message of this.#waiting.splice(0)) tell(message);
  };

  readonly #stop = (): void => {
    // The whole job, as the terminal would.
    process.kill(0, 'SIGTSTP');
    // After SIGCONT; at once where a job cannot be stopped because nobody could continue it.
    setTimeout(this.#resumed, RESUME_AFTER);
  };

  readonly #resumed = (): void => {
    if (!this.#isShown && !this.#isClosed) this.#enter();
  };

  readonly #resized = (): void => {
    this.#screen.resized();
    this.#draw();
  };

  #draw(): void {
    if (!this.#isShown) return;
    this.#drawnAt = performance.now();
    const { columns, rows } = process.stdout;
    const { message, until } = this.#notice;
    const notice = performance.now() < until ? message : null;
    const snapshot = this.listener.snapshot(this.#options.surroundings(), notice);
    this.#screen.draw(screenLines(snapshot, columns ?? 80, rows ?? 24, this.#colors, this.#widest));
  }

  #pressed(key: Key): void {
    if (key === 'redraw') this.#resized();
    else if (key === 'suspend') void this.#leaveWell().then(this.#stop);
    else this.#options.onQuit();
  }
}
