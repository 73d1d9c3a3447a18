/** An input that cannot be opened or is empty: a one-line message for the user. */
export class InputError extends Error {
  override name = 'InputError';
}
