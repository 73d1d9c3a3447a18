/**
 * Was a function called, since the last question, that is not compiled (`leftOut` of settings.ts)?
 *
 * The compiler knows this function by its name, and puts one in its place that reads the mark which such calls leave.
 * In JavaScript nothing is left out.
 */
export function wasLeftOut(): boolean {
  return false;
}
