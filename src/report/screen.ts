import { visibleLength } from './wrapped-table.ts';

/** What must be there even where little room is left: rows of the table, and lines of problems. */
export interface Least {
  rows: number;
  problemLines: number;
}
/** The problems are what one looks for, unless the user has chosen what the table holds. */
export const PROBLEMS_FIRST: Least = { rows: 3, problemLines: 7 };
export const TABLE_FIRST: Least = { rows: 10, problemLines: 3 };
/** The empty line before the problems, and their heading. */
const PROBLEM_HEADINGS = 2;
/** The shell asks for the next command below the report. */
const PROMPT = 1;

/** Lines that the parts of a report take on the screen. */
export interface Parts {
  head: number;
  /** The empty line before the table, its heading, and that of its columns. */
  tableHeadings: number;
  /** Rows that the table could have. */
  rows: number;
  /** Of each problem. */
  problems: number[];
  /** More problems than these are known, or some are not listed. */
  hasMoreProblems: boolean;
  next: number;
  least: Least;
}

/** How many rows and problems are shown. */
export interface Shown {
  rows: number;
  problems: number;
}

/**
 * Fits a report into the height of a terminal: problems as long as the table keeps its least rows, then rows. On a very low
 * terminal the head scrolls away.
 */
export function fitHeight(parts: Parts, height: number): Shown {
  const { head, tableHeadings, rows, problems, hasMoreProblems, next, least } = parts;
  const room = height - PROMPT - next;
  const leastTable = rows === 0 ? 0 : tableHeadings + Math.min(least.rows, rows);
  const headings = problems.length === 0 ? 0 : PROBLEM_HEADINGS;
  const forProblems = Math.max(room - head - leastTable - headings, Math.min(least.problemLines, room - headings));
  const fitting = fittingProblems(problems, hasMoreProblems, forProblems);
  const taken = headings + sum(problems.slice(0, fitting)) + (hasMoreProblems || fitting < problems.length ? 1 : 0);
  const forRows = room - head - taken - tableHeadings;
  return { problems: fitting, rows: Math.min(rows, Math.max(least.rows, forRows)) };
}

/** How many lines of head leave room for all that must be shown. */
export function roomForHead(
  { tableHeadings, rows, problems, hasMoreProblems, next, least }: Omit<Parts, 'head'>,
  height: number,
): number {
  const leastTable = rows === 0 ? 0 : tableHeadings + Math.min(least.rows, rows);
  const lines = sum(problems) + (hasMoreProblems ? 1 : 0);
  const leastProblems = problems.length === 0 ? 0 : PROBLEM_HEADINGS + Math.min(least.problemLines, lines);
  return height - PROMPT - next - leastTable - leastProblems;
}

/** How many of the problems go into so many lines, with one that says that there are more: the worst in any case. */
function fittingProblems(problems: number[], hasMore: boolean, lines: number): number {
  for (let fitting = problems.length; fitting > 1; fitting--) {
    const more = hasMore || fitting < problems.length ? 1 : 0;
    if (sum(problems.slice(0, fitting)) + more <= lines) return fitting;
  }
  return Math.min(1, problems.length);
}

/** Lines that a text takes: the terminal folds what is longer than its width. */
export function screenLines(text: string, width: number): number {
  return sum(
    text
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => Math.max(1, Math.ceil(visibleLength(line) / width))),
  );
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
