/** A file or an option of a check that cannot be used: one line that says what, where and what would do. */
export class CheckInputError extends Error {
  override name = 'CheckInputError';
}
