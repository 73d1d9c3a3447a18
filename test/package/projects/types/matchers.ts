import { expect as imported } from '@jest/globals';
import { analyze, type Connection, matchers } from 'sockscope/jest';

imported.extend(matchers);

export async function judge(connections: Connection[]): Promise<void> {
  imported(connections).toHandshakeWithin(0.05);
  await imported(analyze('web.pcap')).not.toSatisfy('close.style == "reset"');
  // The global one, of @types/jest.
  expect(connections).toSeeErrno('client', null);
  // @ts-expect-error a side is client or server
  imported(connections).toBeClosedFirstBy('peer');
  // @ts-expect-error so for the global one
  expect(connections).toBeClosedFirstBy('peer');
}
