import { ASSOCIATIONS } from './associations.ts';
import { ENCAPSULATIONS } from './encapsulations.ts';
import { FILES } from './files.ts';
import type { HandBuilt } from './fixture.ts';
import { HEALTHY_CAPTURES } from './healthy.ts';
import { ODDITIES } from './oddities.ts';
import { VERDICT_CAPTURES } from './verdicts.ts';

/** Every hand-built capture; a new one is an entry in the table of its theme. */
export const HAND_BUILT: HandBuilt[] = [
  ...ODDITIES,
  ...ENCAPSULATIONS,
  ...ASSOCIATIONS,
  ...FILES,
  ...VERDICT_CAPTURES,
  ...HEALTHY_CAPTURES,
];
