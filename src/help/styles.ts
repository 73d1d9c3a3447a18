import pc from 'picocolors';

/** How a page is to look. */
export interface Look {
  /** Columns; Infinity: lines are not broken. */
  width: number;
  color: boolean;
  ascii: boolean;
}

/** Marks of the page's structure, with colours or without. */
export interface Styles {
  heading(text: string): string;
  strong(text: string): string;
  code(text: string): string;
  /** What stands under a heading, so that it is one without colours, too. */
  underline(length: number): string | null;
  bullet: string;
}

export function stylesOf({ color, ascii }: Look): Styles {
  const colors = pc.createColors(color);
  const line = ascii ? '-' : '─';
  return {
    heading: colors.bold,
    strong: colors.bold,
    code: colors.cyan,
    underline: (length) => (color ? null : line.repeat(length)),
    bullet: ascii ? '-' : '•',
  };
}
