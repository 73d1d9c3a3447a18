/** What a ladder is drawn with; each is one column wide. */
export interface Glyphs {
  bar: string;
  /** Where an arrow leaves the client's and the server's bar. */
  fromClient: string;
  fromServer: string;
  line: string;
  /** An arrow that stands for several packets. */
  double: string;
  /** Something that was sent again, and ICMP errors. */
  dashed: string;
  toServer: string;
  toClient: string;
  /** A host between the two that sends an ICMP error. */
  router: string;
  /** Nobody knows where it went. */
  unknown: string;
  folded: string;
  ellipsis: string;
}

export const UNICODE: Glyphs = {
  bar: '│',
  fromClient: '├',
  fromServer: '┤',
  line: '─',
  double: '═',
  dashed: '╌',
  toServer: '▶',
  toClient: '◀',
  router: '◇',
  unknown: '?',
  folded: '⋮',
  ellipsis: '…',
};

export const ASCII: Glyphs = {
  bar: '|',
  fromClient: '+',
  fromServer: '+',
  line: '-',
  double: '=',
  dashed: '.',
  toServer: '>',
  toClient: '<',
  router: 'o',
  unknown: '?',
  folded: ':',
  ellipsis: '~',
};
