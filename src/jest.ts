// For the augmentation below; at run time nothing of jest is needed.
import type {} from 'expect';
import type { BaselineMatcherOptions } from './check/matchers.ts';
import type { Connection, Side } from './record.ts';

export { type BaselineMatcherOptions, type Connections, matchers } from './check/matchers.ts';
export { analyze } from './index.ts';
export type * from './record.ts';
export {
  canRecord,
  type RecordCaptureOptions,
  type Recording,
  recordCapture,
} from './record-capture/record-capture.ts';

/** Connections at hand are judged at once, a capture (a path, an analysis) when it is read: then with `await`. */
type Judged<R, T> = T extends Connection | readonly Connection[] ? R : Promise<void>;

/**
 * What `expect(connections)` can do after `expect.extend(matchers)`. Of several connections each must be so; with
 * `.not` none of them may.
 */
export interface SockscopeMatchers<R, T> {
  /** The handshake was completed and connect() took no longer than so many seconds. */
  toHandshakeWithin(seconds: number): Judged<R, T>;
  /** Both sides sent a FIN and both were acknowledged. */
  toCloseGracefully(): Judged<R, T>;
  /** That side sent the first FIN, or the RST where no FIN came. */
  toBeClosedFirstBy(side: Side): Judged<R, T>;
  /** No side sent an RST, also not one that is ignored. */
  toHaveNoResets(): Judged<R, T>;
  /** The errno that the kernel leaves on that side's socket for its next call; null: none. */
  toSeeErrno(side: Side, errno: string | null): Judged<R, T>;
  /** A CEL expression over the record, or over all of them: `connections.size() == 3`. */
  toSatisfy(expression: string): Judged<R, T>;
  /** As was accepted in this file; `-u` of the runner, or `update: true`, accepts. */
  toMatchBaseline(file: string, options?: BaselineMatcherOptions): Judged<R, T>;
}

declare global {
  namespace jest {
    interface Matchers<R, T> extends SockscopeMatchers<R, T> {}
  }
}

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends SockscopeMatchers<R, T> {}
}
