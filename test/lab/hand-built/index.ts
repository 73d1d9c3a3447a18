import { ASSOCIATIONS } from './associations.ts';
import { ENCAPSULATIONS } from './encapsulations.ts';
import { FILES } from './files.ts';
import type { HandBuilt } from './fixture.ts';
import { HEALTHY_CAPTURES } from './healthy.ts';
import { ODDITIES } from './oddities.ts';

/** Every hand-built capture; a new one is an entry in the table of its theme. */
export const HAND_BUILT: HandBuilt[] = [...ODDITIES, ...ENCAPSULATIONS, ...ASSOCIATIONS, ...FILES, ...HEALTHY_CAPTURES];
