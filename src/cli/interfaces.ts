import { ANY, listInterfaces, type NetworkInterface } from '../capture/live/interfaces.ts';
import { waysOut } from '../capture/live/permission.ts';
import { type Ability, abilities } from '../capture/live.ts';
import { SCHEMA } from '../record.ts';
import { jsonText } from '../report/json-text.ts';
import { Output } from '../report/output.ts';
import { printable } from '../report/printable.ts';
import { shellWord } from '../report/shell-word.ts';
import { wrappedTable } from '../report/wrapped-table.ts';
import { width } from './terminal.ts';

const STDOUT = 1;

/** Who takes the times of the packets. */
const TIMESTAMPS: Readonly<Record<Ability['timestamps'], string>> = {
  kernel: 'kernel timestamps',
  delivery: 'timestamps taken on delivery, less exact',
};

/** Lists interfaces, and what of the ways to capture works for this user. @returns the exit code */
export async function showInterfaces(json: boolean): Promise<number> {
  const interfaces = listInterfaces();
  const backends = await abilities();
  const ways = backends.some(({ works }) => works)
    ? []
    : waysOut(new Map(backends.map(({ backend, kind }) => [backend, kind])));
  const output = new Output(STDOUT);
  if (json) {
    const found = backends.map(({ backend, works, timestamps, problem }) => ({ backend, works, timestamps, problem }));
    output.data(`${jsonText({ schema: SCHEMA, interfaces, backends: found, ways }, 2)}\n`);
  } else {
    output.write(text(interfaces, backends, ways));
  }
  output.flush();
  return 0;
}

function text(interfaces: NetworkInterface[], backends: Ability[], ways: string[]): string {
  const rows = interfaces.map(({ name, state, addresses }) => [printable(name), state ?? '', addresses.join(', ')]);
  if (process.platform === 'linux') rows.push([ANY, '', 'all of them at once']);
  const shown = rows.map((row) => row.map(printable));
  const lines = [wrappedTable([['interface', 'state', 'addresses'], ...shown], width(), ['left', 'left', 'left'])];
  const tried = backends.map(({ backend, works, timestamps, problem }) => [
    backend,
    works ? `works, ${TIMESTAMPS[timestamps]}` : printable(problem ?? ''),
  ]);
  lines.push('\n', wrappedTable([['captures with', ''], ...tried], width(), ['left', 'left']));
  const best = backends.find(({ works }) => works);
  if (best !== undefined)
    lines.push(`\nThis user may capture: sockscope live ${shellWord(interfaces[0]?.name ?? ANY)}\n`);
  else lines.push('\nThis user may not capture. What helps, one of:\n', ...ways.map((way) => `  ${way}\n`));
  return lines.join('');
}
