/** An input that cannot be opened or is empty: a one-line message for the user. */
export class InputError extends Error {
  override name = 'InputError';
}

/** The code (ENOENT, Z_BUF_ERROR …) and the message of whatever was thrown. */
export function describeError(error: unknown): { code: string; message: string } {
  const { code = '', message = String(error) } = (error ?? {}) as { code?: string; message?: string };
  return { code, message };
}
