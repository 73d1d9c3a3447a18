/** A fenced block of a Markdown text. */
export interface Block {
  language: string;
  body: string;
}

export function blocks(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, body]) => ({ language, body }));
}

/** The text with what differs from run to run made the same: how long the analysis took. */
export function steady(output: string): string {
  return output.replaceAll(/; took [\d.]+ (?:µs|ms|s)$/gm, '; took 100 ms');
}
