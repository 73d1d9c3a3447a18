import type { SingleBar } from 'cli-progress';

/** A bar for work that lasts no longer than this would only flicker. */
const SHOW_AFTER_MS = 1000;

/** A progress bar on stderr, for work that lasts; it is off where stderr is not a terminal. */
export class Progress {
  private readonly started = performance.now();
  private loading = false;
  private stopped = false;
  private bar: SingleBar | null = null;

  update(bytesRead: number, bytesTotal: number | null): void {
    if (this.bar !== null) this.bar.update(bytesRead);
    else if (!this.loading && bytesTotal !== null && performance.now() - this.started > SHOW_AFTER_MS) {
      this.loading = true;
      void this.show(bytesTotal);
    }
  }

  stop(): void {
    this.stopped = true;
    this.bar?.stop();
    this.bar = null;
  }

  private async show(bytesTotal: number): Promise<void> {
    const { default: progress } = await import('cli-progress');
    if (this.stopped) return;
    this.bar = new progress.SingleBar({
      format: 'reading {bar} {percentage}%, {eta_formatted} left',
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
      fps: 5,
    });
    this.bar.start(bytesTotal, 0);
  }
}
