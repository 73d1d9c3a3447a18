import { streamText } from '../report/endpoint.ts';
import { count, counted } from '../report/units.ts';
import type { BaselineDifference, FieldChange } from './baseline-compare.ts';

/** A difference in one line: which connections, and what of them. */
export function differenceTitle({ kind, server, connections, example, before }: BaselineDifference): string {
  const first = example === null ? '' : ` (${connections > 1 ? 'first: ' : ''}${streamText(example)})`;
  const many = counted(connections, 'connection');
  switch (kind) {
    case 'new':
      return `${server}: ${many} not in the baseline${first}`;
    case 'missing':
      return `${server}: ${many} missing`;
    case 'changed':
      return `${server}: ${many} changed${first}`;
    case 'order':
      return `${server}: another order: ${example === null ? '' : streamText(example)} came first, now ${
        before === null ? '' : streamText(before)
      } has ended before it began`;
  }
}

/** One line for each field: 'close.style was "graceful", is "reset"'. */
export function differenceDetails({ kind, fields }: BaselineDifference): string[] {
  if (kind === 'new') return fields.map(({ field, is }) => `${field} is ${valueText(is)}`);
  if (kind === 'missing') return fields.map(({ field, was }) => `${field} was ${valueText(was)}`);
  return fields.map(changeText);
}

export function changeText({ field, was, is }: FieldChange): string {
  return `${field} was ${valueText(was)}, is ${valueText(is)}`;
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (typeof value === 'number' && Number.isInteger(value)) return count(value);
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  return JSON.stringify(value);
}
