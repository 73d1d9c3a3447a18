import { lexer, type Token, type Tokens } from 'marked';
import { toAscii } from '../report/ascii.ts';
import { ASCII, type Glyphs, UNICODE } from '../report/ladder-glyphs.ts';
import { type Look, type Styles, stylesOf } from './styles.ts';
import { tableText } from './table-text.ts';
import { type Piece, wrapPieces } from './words.ts';

const CODE_INDENT = '    ';
/** Longer lines of prose are hard to read, however wide the terminal is. */
const WIDEST_PROSE = 100;

/** A page in Markdown as text for a terminal: every block of it, set off by empty lines. */
export function markdownText(markdown: string, look: Look): string {
  const page = new Page(look);
  const text = page.blocks(lexer(markdown)).join('\n');
  return look.ascii ? asciiText(text) : text;
}

class Page {
  readonly #look: Look;
  readonly #styles: Styles;
  /** Commands that links were given already: each is said once. */
  readonly #told = new Set<string>();

  constructor(look: Look) {
    this.#look = look;
    this.#styles = stylesOf(look);
  }

  /** The text of each block, ended by a line break. */
  blocks(tokens: Token[]): string[] {
    return tokens.filter(({ type }) => type !== 'space').map((token) => this.#block(token as Tokens.Generic));
  }

  #block(token: Tokens.Generic): string {
    switch (token.type) {
      case 'heading':
        return this.#heading(token as Tokens.Heading);
      case 'paragraph':
        return this.#wrapped(this.#pieces(token.tokens ?? []));
      case 'code':
        return indented(token.text);
      case 'list':
        return this.#list(token as Tokens.List);
      case 'table':
        return this.#table(token as Tokens.Table);
      default:
        throw new Error(`a help page has a block of the kind '${token.type}', which has no form in a terminal`);
    }
  }

  #heading({ depth, tokens }: Tokens.Heading): string {
    const text = textOf(this.#pieces(tokens));
    const line = depth <= 2 ? this.#styles.underline([...text].length) : null;
    return `${this.#styles.heading(text)}\n${line === null ? '' : `${line}\n`}`;
  }

  #list({ ordered, start, items }: Tokens.List): string {
    return items
      .map((item, i) => {
        const mark = ordered ? `${Number(start) + i}.` : this.#styles.bullet;
        const pieces = item.tokens.flatMap((token) => this.#pieces((token as Tokens.Generic).tokens ?? []));
        const indent = ' '.repeat(mark.length + 1);
        return wrapPieces(pieces, this.#proseWidth - indent.length)
          .map((line, at) => `${at === 0 ? `${mark} ` : indent}${line}\n`)
          .join('');
      })
      .join('');
  }

  #table({ header, rows }: Tokens.Table): string {
    const cell = ({ tokens }: Tokens.TableCell) => this.#pieces(tokens, !tokens.every(isCodeOrComma));
    return tableText(
      header.map(cell),
      rows.map((row) => row.map(cell)),
      this.#look.width,
      this.#styles,
    );
  }

  #wrapped(pieces: Piece[]): string {
    return wrapPieces(pieces, this.#proseWidth)
      .map((line) => `${line}\n`)
      .join('');
  }

  get #proseWidth(): number {
    return Math.min(this.#look.width, WIDEST_PROSE);
  }

  /** @param quoted whether code is set off by back-quotes where there are no colours */
  #pieces(tokens: Token[], quoted = true, paint: Piece['paint'] = plain): Piece[] {
    return tokens.flatMap((each, i): Piece[] => {
      const token = each as Tokens.Generic;
      switch (token.type) {
        case 'text':
        case 'escape':
          return token.tokens === undefined
            ? [{ text: token.text.replaceAll('\n', ' '), paint }]
            : this.#pieces(token.tokens, quoted, paint);
        case 'codespan':
          return [{ text: this.#code(token.text, quoted), paint: this.#styles.code }];
        case 'strong':
        case 'em':
          return this.#pieces(token.tokens ?? [], quoted, this.#styles.strong);
        case 'link':
          return this.#link(token as Tokens.Link, tokens[i - 1]?.raw.endsWith('(') === true, quoted);
        case 'br':
          return [{ text: '\n', paint }];
        default:
          throw new Error(`a help page has '${token.raw}', which has no form in a terminal`);
      }
    });
  }

  #code(code: string, quoted: boolean): string {
    return quoted && !this.#look.color ? `\`${code}\`` : code;
  }

  /** Its text, and how to get there: a command for another page, an address for another place; each is said once. */
  #link({ href, text, tokens }: Tokens.Link, inParentheses: boolean, quoted: boolean): Piece[] {
    if (href.startsWith('#')) return this.#pieces(tokens, quoted);
    const [, topic] = /^([a-z-]+)\.md$/.exec(href) ?? [];
    const way = topic === undefined ? href : `sockscope help ${topic}`;
    const wayThere = { text: way, paint: topic === undefined ? plain : this.#styles.code };
    const isTold = this.#told.has(way);
    this.#told.add(way);
    if (inParentheses) return [wayThere];
    const said = this.#pieces(tokens, quoted);
    if (isTold || text === way) return said;
    return [...said, { text: ' (', paint: plain }, wayThere, { text: ')', paint: plain }];
  }
}

function indented(code: string): string {
  return code
    .split('\n')
    .map((line) => `${line === '' ? '' : CODE_INDENT + line}\n`)
    .join('');
}

/** A cell of nothing but names needs no marks to tell them from prose. */
function isCodeOrComma(token: Token): boolean {
  return token.type === 'codespan' || (token.type === 'text' && /^[,; …]*$/.test(token.raw));
}

function textOf(pieces: Piece[]): string {
  return pieces.map(({ text }) => text).join('');
}

function plain(text: string): string {
  return text;
}

const DRAWN = new Map(
  Object.entries(UNICODE).map(([name, sign]): [string, string] => [sign, ASCII[name as keyof Glyphs]]),
);

/** Each sign of the text as ASCII has it; colours stay. */
function asciiText(text: string): string {
  // After a word it stands for more of the same; within drawings it is one column wide.
  return text.replaceAll('…`', '...`').replaceAll(/\P{ASCII}/gu, (sign) => DRAWN.get(sign) ?? toAscii(sign));
}
