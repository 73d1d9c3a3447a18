/** Name of the function below, by which the compiler knows it. */
export const LEFT_OUT_QUESTION = 'wasLeftOut';

/**
 * Was a function called, since the last question, that is not compiled (`leftOut` of settings.ts)?
 *
 * The compiler puts one in its place that reads the mark which such calls leave.
 * In JavaScript nothing is left out.
 */
export function wasLeftOut(): boolean {
  return false;
}
