import { PacketView } from '../../parsers/packet-view.ts';
import type { CaptureInfo } from '../summary.ts';
import type { CaptureStream } from './capture-stream.ts';
import type { CaptureInput, OpenOptions } from './input.ts';
import { describeError } from './input-error.ts';

/** A capture that takes part in the merge: its stream, and the packet that it offers. */
interface Offer {
  readonly stream: CaptureStream;
  readonly view: PacketView;
  /** Position among the inputs as they were given: decides between equal times. */
  index: number;
}

/** A capture that was looked at and whose turn has not come. */
export interface MergeEntry {
  /** Time of the first packet; a capture without packets comes at once. */
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly info: CaptureInfo;
  readonly bytesTotal: number | null;
  /** What cannot be opened a second time (a pipe) stays open. */
  readonly offer: Offer | null;
  readonly open: () => Promise<CaptureStream>;
}

/**
 * Several captures as one, in time order.
 *
 * Rotated files follow one another and per-interface files run side by side, so a capture is opened when its first
 * packet is due and closed at its end: memory and open files grow with the overlap, not with the number. Within
 * one capture packets keep their order, also where their times go back.
 */
export class MergedInput implements CaptureInput {
  readonly bytesTotal: number | null;
  private readonly onWarning: ((message: string) => void) | undefined;
  /** Captures that are not open yet, the next one last. */
  private readonly waiting: { entry: MergeEntry; index: number }[];
  /** Open captures that offer a packet, the earliest first. */
  private readonly offers: Offer[] = [];
  /** The capture that must be filled before the merge can go on. */
  private hungry: Offer | null = null;
  /** The packet of offers[0] was handed out. */
  private taken = false;
  private frames = 0;
  private readonly infos: CaptureInfo[];
  private bytesClosed = 0;

  constructor(entries: MergeEntry[], options: OpenOptions) {
    this.onWarning = options.onWarning;
    this.infos = entries.map((entry) => entry.info);
    const sizes = entries.map((entry) => entry.bytesTotal);
    this.bytesTotal = sizes.includes(null) ? null : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
    this.waiting = entries.map((entry, index) => ({ entry, index }));
    this.waiting.sort((a, b) => compare(b.entry, a.entry) || b.index - a.index);
  }

  /**
   * Finds when a capture begins, and closes it again if it can be opened a second time.
   * @param once it cannot, as standard input; no pipe can either
   * @throws InputError or CaptureFormatError
   */
  static async look(open: () => Promise<CaptureStream>, once: boolean): Promise<MergeEntry> {
    const stream = await open();
    const view = new PacketView();
    let found = false;
    while (!found && (await stream.fill())) found = stream.next(view);
    const stays = once || stream.bytesTotal === null;
    const entry: MergeEntry = {
      seconds: found ? view.seconds : Number.NEGATIVE_INFINITY,
      nanoseconds: view.nanoseconds,
      info: stream.info,
      bytesTotal: stream.bytesTotal,
      offer: stays ? { stream, view, index: 0 } : null,
      open,
    };
    if (!stays) await stream.close();
    return entry;
  }

  async fill(): Promise<boolean> {
    for (;;) {
      if (this.hungry !== null) await this.feed(this.hungry);
      else if (this.isDue()) await this.openNext();
      else return this.offers.length > 0;
    }
  }

  next(view: PacketView): boolean {
    if (this.hungry !== null) return false;
    if (this.taken) {
      this.taken = false;
      const front = this.offers[0];
      if (!front.stream.next(front.view)) {
        this.hungry = front;
        this.offers.shift();
        return false;
      }
      this.moveBack();
    }
    if (this.isDue() || this.offers.length === 0) return false;
    copyRecord(this.offers[0].view, view);
    view.frame = ++this.frames;
    this.taken = true;
    return true;
  }

  interfaceName(view: PacketView): string {
    return this.offers[0].stream.interfaceName(view);
  }

  get captures(): CaptureInfo[] {
    for (const { index, stream } of this.open()) this.infos[index] = stream.info;
    return [...this.infos];
  }

  get bytesRead(): number {
    return this.open().reduce((sum, { stream }) => sum + stream.bytesRead, this.bytesClosed);
  }

  async close(): Promise<void> {
    for (const { stream } of this.open()) await stream.close();
    for (const { entry } of this.waiting) await entry.offer?.stream.close();
  }

  private open(): Offer[] {
    return this.hungry === null ? this.offers : [this.hungry, ...this.offers];
  }

  /** True if a capture must be opened before the earliest packet may go: it could have an earlier one. */
  private isDue(): boolean {
    if (this.waiting.length === 0) return false;
    const { entry } = this.waiting[this.waiting.length - 1];
    return this.offers.length === 0 || compare(entry, this.offers[0].view) <= 0;
  }

  private async openNext(): Promise<void> {
    const next = this.waiting.pop();
    if (next === undefined) return;
    const { entry, index } = next;
    if (entry.offer !== null) {
      entry.offer.index = index;
      if (Number.isFinite(entry.seconds)) this.insert(entry.offer);
      else this.hungry = entry.offer;
      return;
    }
    try {
      this.hungry = { stream: await entry.open(), view: new PacketView(), index };
    } catch (error) {
      // It was there a moment ago: rotation may have taken it away.
      this.onWarning?.(describeError(error).message);
    }
  }

  private async feed(offer: Offer): Promise<void> {
    const { stream, view, index } = offer;
    if (await stream.fill()) {
      if (!stream.next(view)) return;
      this.hungry = null;
      this.insert(offer);
      return;
    }
    this.hungry = null;
    for (const line of stream.warnings) this.onWarning?.(line);
    this.infos[index] = stream.info;
    this.bytesClosed += stream.bytesRead;
    await stream.close();
  }

  private insert(offer: Offer): void {
    this.offers.unshift(offer);
    this.moveBack();
  }

  /** Moves the first offer to its place: usually it stays, since packets come in runs. */
  private moveBack(): void {
    const offers = this.offers;
    const moving = offers[0];
    let place = 0;
    while (place + 1 < offers.length && comesBefore(offers[place + 1], moving)) {
      offers[place] = offers[place + 1];
      place++;
    }
    offers[place] = moving;
  }
}

function comesBefore(a: Offer, b: Offer): boolean {
  const order = compare(a.view, b.view);
  return order < 0 || (order === 0 && a.index < b.index);
}

type Time = { readonly seconds: number; readonly nanoseconds: number };

/** Below 0 where `a` is earlier. Not a difference: two infinities have none. */
function compare(a: Time, b: Time): number {
  if (a.seconds !== b.seconds) return a.seconds < b.seconds ? -1 : 1;
  return a.nanoseconds - b.nanoseconds;
}

/** The part of a view that a reader sets. */
function copyRecord(from: PacketView, to: PacketView): void {
  to.bytes = from.bytes;
  to.data = from.data;
  to.seconds = from.seconds;
  to.nanoseconds = from.nanoseconds;
  to.interfaceId = from.interfaceId;
  to.linkType = from.linkType;
  to.start = from.start;
  to.end = from.end;
  to.originalLength = from.originalLength;
}
