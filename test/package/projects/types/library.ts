import { type AnalyzeOptions, analyze, type Connection, check, diff, explain } from 'sockscope';
import { matchers, type Recording, recordCapture } from 'sockscope/jest';

const options: AnalyzeOptions = { where: ({ close }) => close?.style === 'reset' };

export async function errors(path: string): Promise<(string | null)[]> {
  const found: (string | null)[] = [];
  for await (const connection of analyze([path], options)) found.push(errorOf(connection));
  return found;
}

function errorOf({ sockets }: Connection): string | null {
  return sockets.client.error;
}

export async function others(path: string): Promise<[string, string, number, Recording]> {
  const { outcome } = await check(path, ['no-resets', { name: 'quick', expect: 'duration < 1.0' }]);
  const { after } = await diff(path, path);
  return [outcome, await explain(path), after.connections, await recordCapture({ filter: 'tcp' })];
}

export const names: string[] = Object.keys(matchers);

// @ts-expect-error so much is known of a record
export const wrong = ({ close }: Connection): number => close.style;
// @ts-expect-error there is no such rule
check('web.pcap', ['no-such-rule']);
