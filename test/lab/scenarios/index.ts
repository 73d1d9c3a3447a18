import type { Scenario } from '../scenario.ts';
import { CAPTURE } from './capture.ts';
import { CLOSE } from './close.ts';
import { DATAGRAM } from './datagram.ts';
import { HANDSHAKE } from './handshake.ts';
import { HEALTHY } from './healthy/index.ts';
import { ICMP_ERRORS } from './icmp.ts';
import { RESETS } from './resets.ts';
import { SILENCE } from './silence.ts';
import { TRANSFER } from './transfer.ts';
import { VERDICTS } from './verdicts.ts';

/** Every scenario of the lab; a new one is an entry in the table of its theme. */
export const SCENARIOS: Scenario[] = [
  ...HANDSHAKE,
  ...CLOSE,
  ...TRANSFER,
  ...DATAGRAM,
  ...CAPTURE,
  ...ICMP_ERRORS,
  ...RESETS,
  ...SILENCE,
  ...VERDICTS,
  ...HEALTHY,
];
