import type { Histogram } from '../summary.ts';
import { secondsBetween } from './units.ts';

/** None, and seven heights. */
const NONE = '▁';
const HEIGHTS = ['▂', '▃', '▄', '▅', '▆', '▇', '█'];

/**
 * A histogram over the span of the capture, in so many characters. A bin that lies in several of them is shared out, unless it
 * stands for one time, which is where the middle of the bin is.
 * @returns '' where the capture has no length
 */
export function sparkline({ start, width, counts }: Histogram, from: string, seconds: number, cells: number): string {
  if (!(seconds > 0)) return '';
  const perCell = seconds / cells;
  const heights = new Array<number>(cells).fill(0);
  const offset = secondsBetween(from, start);
  counts.forEach((count, i) => {
    if (count === 0) return;
    if (count === 1 && width <= perCell) {
      const middle = (offset + (i + 0.5) * width) / perCell;
      heights[Math.min(cells - 1, Math.max(0, Math.floor(middle)))] += count;
      return;
    }
    const begin = clamp((offset + i * width) / perCell, cells);
    const end = clamp((offset + (i + 1) * width) / perCell, cells);
    const first = Math.min(Math.floor(begin), cells - 1);
    const last = Math.max(first, Math.ceil(end) - 1);
    for (let cell = first; cell <= last; cell++) {
      const share = first === last ? 1 : (Math.min(end, cell + 1) - Math.max(begin, cell)) / (end - begin);
      heights[cell] += count * share;
    }
  });
  const most = Math.max(...heights);
  return heights.map((height) => (height === 0 ? NONE : HEIGHTS[heightOf(height / most)])).join('');
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}

function heightOf(share: number): number {
  return Math.min(HEIGHTS.length - 1, Math.floor(share * HEIGHTS.length));
}
