import { BUILT } from '../../fixtures/verdicts/index.ts';
import type { HandBuilt } from './fixture.ts';

/** The captures on which test/fixtures/verdicts.test.ts says what is right. */
export const VERDICT_CAPTURES: HandBuilt[] = BUILT.map(({ file, says, bytes }) => ({
  theme: 'verdicts',
  file,
  says,
  bytes,
}));
