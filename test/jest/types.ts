/** Compiled, never run: what a test may write and what it may not (`npm run types`). */
import { expect as imported } from '@jest/globals';
import { analyze, type Connection, matchers } from '../../src/jest.ts';

declare const connection: Connection;
declare const connections: Connection[];

imported.extend(matchers);
expect.extend(matchers);

// Connections are judged at once, captures when they are read.
imported(connection).toHandshakeWithin(0.05);
imported(connections).not.toSeeErrno('client', 'EPIPE');
imported(connections).toSeeErrno('server', null);
expect(connection).toCloseGracefully();
// @ts-expect-error nothing to wait for
export const now: Promise<void> = expect(connections).not.toHaveNoResets();
export const later: Promise<void>[] = [
  imported('web.pcap').toBeClosedFirstBy('client'),
  imported(analyze('web.pcap')).not.toSatisfy('close.style == "reset"'),
  expect('web.pcap').toMatchBaseline('web.json', { keep: ['duration'], tolerance: { duration: '10%' } }),
];

// @ts-expect-error a side is client or server
imported(connection).toBeClosedFirstBy('peer');
// @ts-expect-error seconds are a number
imported(connection).toHandshakeWithin('50ms');
// @ts-expect-error a baseline lies in a file
expect(connection).toMatchBaseline();
// @ts-expect-error there is no such option
expect(connection).toMatchBaseline('web.json', { kept: ['duration'] });
