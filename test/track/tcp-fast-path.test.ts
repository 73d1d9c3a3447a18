import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { decode } from '../../parsers/decode.ts';
import { PACKET_TCP, PacketView } from '../../parsers/packet-view.ts';
import { openCaptures } from '../../src/capture/input.ts';
import { C_HASH, FLOAT_STRIDE, INT_STRIDE } from '../../src/track/columns.ts';
import { Cursor } from '../../src/track/cursor.ts';
import { EventPool } from '../../src/track/events.ts';
import { FlowTable } from '../../src/track/flow-table.ts';
import { countPacket, nameRow } from '../../src/track/rows.ts';
import { Slab } from '../../src/track/slab.ts';
import { beginsNewStream, updateTcpFully } from '../../src/track/tcp.ts';
import { followPredicted } from '../../src/track/tcp-fast-path.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures', import.meta.url));
const captures = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.pcap'));

/** One row's columns, to compare with and to go back to. */
function columnsOf(slab: Slab, row: number): { ints: Int32Array; floats: Float64Array } {
  return {
    ints: slab.ints.slice(row * INT_STRIDE, (row + 1) * INT_STRIDE),
    floats: slab.floats.slice(row * FLOAT_STRIDE, (row + 1) * FLOAT_STRIDE),
  };
}

/** Follows a capture by the full rules, trying the short way on each segment first; counts where it was taken. */
async function compareBothWays(path: string): Promise<number> {
  const input = await openCaptures([path]);
  const view = new PacketView();
  const slab = new Slab();
  const events = new EventPool();
  const flows = new FlowTable(slab);
  const cursor = new Cursor();
  let taken = 0;
  while (await input.fill()) {
    while (input.next(view)) {
      if (decode(view) !== PACKET_TCP) continue;
      let row = flows.find(view);
      if (row >= 0 && beginsNewStream(slab.ints, row, flows.sender, view)) {
        flows.remove(row);
        row = -1;
      }
      const isFirst = row < 0;
      if (isFirst) {
        row = slab.allocate();
        nameRow(slab, row, view);
        slab.ints[row * INT_STRIDE + C_HASH] = flows.hash;
        flows.insert(row);
      }
      cursor.set(slab, row, isFirst ? 0 : flows.sender);
      countPacket(cursor, view);

      const before = columnsOf(slab, row);
      const predicted = followPredicted(cursor, view);
      const short = columnsOf(slab, row);
      slab.ints.set(before.ints, row * INT_STRIDE);
      slab.floats.set(before.floats, row * FLOAT_STRIDE);
      if (!predicted) expect(short).toEqual(before);
      updateTcpFully(cursor, view, isFirst, slab, events);
      if (predicted) {
        taken++;
        expect({ frame: view.frame, ...short }).toEqual({ frame: view.frame, ...columnsOf(slab, row) });
      }
    }
  }
  await input.close();
  return taken;
}

test('the short way leaves the columns as the full rules do, on every segment of every fixture', async () => {
  let taken = 0;
  for (const capture of captures) taken += await compareBothWays(`${FIXTURES}/${capture}`);
  expect(taken).toBeGreaterThan(300);
});
