import { printable } from '../../report/printable.ts';
import type { MakeCheckFormat } from './format.ts';

/**
 * The format with everything that it is given made printable: names of files and rules, messages, values, whatever a
 * verdict has. No format for people or logs can forget one then.
 */
export function shown(make: MakeCheckFormat): MakeCheckFormat {
  return (output, options) => {
    const format = make(output, options);
    return {
      capture: (verdict) => format.capture(passive(verdict)),
      finish: (report) => format.finish(passive(report)),
    };
  };
}

/** Members that are prose, which may have line breaks of its own in a rule file; it is told in one line. */
const PROSE = new Set(['description', 'message']);

/** The same value with other strings. */
function passive<T>(value: T, name?: string): T;
function passive(value: unknown, name = ''): unknown {
  if (typeof value === 'string') return printable(PROSE.has(name) ? value.trim().replaceAll(/\s+/g, ' ') : value);
  if (Array.isArray(value)) return value.map((each) => passive(each, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, passive(member, key)]));
}
