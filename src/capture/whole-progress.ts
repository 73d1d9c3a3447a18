/** Bytes read so far, and how many there are; null where that is unknown. */
export type OnProgress = (bytesRead: number, bytesTotal: number | null) => void;

/** The progress of several readings, told as that of one piece of work. */
export class WholeProgress {
  readonly #sizes: readonly (number | null)[];
  readonly #total: number | null;
  readonly #onProgress: OnProgress | undefined;
  #begun = 0;
  /** Bytes of the readings that are over, and of the one that goes on. */
  #before = 0;
  #current = 0;

  /** @param sizes of what each reading reads, in order; null where that is unknown */
  constructor(sizes: readonly (number | null)[], onProgress: OnProgress | undefined) {
    this.#sizes = sizes;
    this.#total = totalOf(sizes);
    this.#onProgress = onProgress;
  }

  /** The next reading begins. @returns how it tells of itself, as an option of an analysis */
  next(): { onProgress?: OnProgress } {
    if (this.#begun > 0) this.#before += this.#sizes[this.#begun - 1] ?? this.#current;
    this.#begun++;
    this.#current = 0;
    const tell = this.#onProgress;
    if (tell === undefined) return {};
    return {
      onProgress: (bytesRead) => {
        this.#current = bytesRead;
        tell(this.#before + bytesRead, this.#total);
      },
    };
  }
}

/** null where one of them is unknown. */
export function totalOf(sizes: readonly (number | null)[]): number | null {
  return sizes.reduce((sum, size) => (sum === null || size === null ? null : sum + size), 0);
}
