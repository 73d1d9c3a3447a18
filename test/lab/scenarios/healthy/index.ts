import type { Scenario } from '../../scenario.ts';
import { CLOSES } from './closes.ts';
import { DATAGRAM_HEALTHY } from './datagram.ts';
import { DIALOGUES } from './dialogues.ts';
import { HTTP } from './http.ts';
import { HTTP2 } from './http2.ts';
import { NETWORK } from './network.ts';
import { STREAMS } from './streams.ts';
import { TLS } from './tls.ts';

/** Healthy connections: of none of them may anything be said that sounds like a fault. */
export const HEALTHY: Scenario[] = [
  ...CLOSES,
  ...HTTP,
  ...HTTP2,
  ...TLS,
  ...STREAMS,
  ...DIALOGUES,
  ...NETWORK,
  ...DATAGRAM_HEALTHY,
];
