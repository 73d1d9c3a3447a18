import type { PacketView } from '../../parsers/packet-view.ts';
import type { CaptureInfo } from '../summary.ts';
import type { CaptureStream } from './capture-stream.ts';
import type { CaptureInput, OpenOptions } from './input.ts';
import type { PlainRecords } from './plain-records.ts';

/** One capture alone. */
export class SingleInput implements CaptureInput {
  private readonly stream: CaptureStream;
  private readonly onWarning: ((message: string) => void) | undefined;
  private ended = false;

  constructor(stream: CaptureStream, options: OpenOptions) {
    this.stream = stream;
    this.onWarning = options.onWarning;
  }

  async fill(): Promise<boolean> {
    if (this.ended) return false;
    if (await this.stream.fill()) return true;
    this.ended = true;
    for (const line of this.stream.warnings) this.onWarning?.(line);
    return false;
  }

  next(view: PacketView): boolean {
    return this.stream.next(view);
  }

  get plainRecords(): PlainRecords | null {
    return this.stream.plainRecords;
  }

  interfaceName(view: PacketView): string {
    return this.stream.interfaceName(view);
  }

  get captures(): CaptureInfo[] {
    return [this.stream.info];
  }

  get bytesRead(): number {
    return this.stream.bytesRead;
  }

  get bytesTotal(): number | null {
    return this.stream.bytesTotal;
  }

  close(): Promise<void> {
    return this.stream.close();
  }
}
