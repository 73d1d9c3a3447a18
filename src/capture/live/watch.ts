import type { NetworkInterface } from './interfaces.ts';

/** Seconds behind the network that are worth a word, and those from which on all is well again. */
const FAR_BEHIND = 2;
const CAUGHT_UP = 0.5;

/** Tells what changes while a capture runs: once when it goes wrong, once when it is right again. */
export class Watch {
  readonly #device: string;
  readonly #tell: (message: string) => void;
  #isBehind = false;
  #isDown = false;

  constructor(device: string, tell: (message: string) => void) {
    this.#device = device;
    this.#tell = tell;
  }

  /** @param seconds age of the newest packet when it was analysed */
  lag(seconds: number): void {
    if (!this.#isBehind && seconds > FAR_BEHIND) {
      this.#isBehind = true;
      this.#tell(`the analysis is ${seconds.toFixed(1)} s behind the network; a filter makes it less work`);
    } else if (this.#isBehind && seconds < CAUGHT_UP) {
      this.#isBehind = false;
      this.#tell('the analysis has caught up with the network');
    }
  }

  state(state: NetworkInterface['state']): void {
    const isDown = state === 'down';
    if (isDown === this.#isDown) return;
    this.#isDown = isDown;
    this.#tell(isDown ? `${this.#device} is down: packets come when it is up again` : `${this.#device} is up again`);
  }
}
