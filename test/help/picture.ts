import { shell } from '../support/command.ts';

/** The picture of the README: what a command prints, as a terminal shows it. */
export const PICTURE = 'src/help/explain.svg';
const CAPTURE = 'fixtures/sockets/keep-alive-race.pcap';
export const PICTURED = `sockscope explain ${CAPTURE}`;
const COLUMNS = 100;

const FONT_SIZE = 14;
const COLUMN = 8.4;
const LINE = 17;
const MARGIN = 16;

const DARK = { back: '#0d1117', text: '#e6edf3', red: '#ff7b72', green: '#7ee787', yellow: '#e3b341', cyan: '#79c0ff' };
const LIGHT = {
  back: '#f6f8fa',
  text: '#1f2328',
  red: '#cf222e',
  green: '#116329',
  yellow: '#7d4e00',
  cyan: '#0550ae',
};

/** Select Graphic Rendition: those that the reports use, and what ends them. */
const CLASSES: Record<string, string> = { 1: 'b', 2: 'd', 31: 'r', 32: 'g', 33: 'y', 36: 'c' };
const ENDS: Record<string, string[]> = { 22: ['b', 'd'], 39: ['r', 'g', 'y', 'c'] };

/** A stretch of one line in one style. */
interface Run {
  column: number;
  text: string;
  classes: string;
}

/** What the command prints; a pipe gets it without colours. */
export function pictureText(): string {
  return output(PICTURED);
}

/** The whole file. Its colours come from the library, which gives the text of the command. */
export function picture(): string {
  const program = `import { explain } from 'sockscope';
    process.stdout.write(await explain('${CAPTURE}', { width: ${COLUMNS}, color: true }));`;
  const colored = output(`'${process.execPath}' --input-type=module -e "${program}"`);
  return svg([`$ ${PICTURED}`, ...colored.trimEnd().split('\n')]);
}

function output(command: string): string {
  const { stdout, stderr } = shell(command, { COLUMNS: String(COLUMNS), LC_ALL: 'C.UTF-8' });
  if (stderr !== '') throw new Error(stderr);
  return stdout;
}

/** The lines of text that a picture shows, spaces at their ends left out. */
export function textInPicture(image: string): string[] {
  const lines: string[] = [];
  for (const [, x, y, text] of image.matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)<\/text>/g)) {
    const line = Math.round((Number(y) - MARGIN) / LINE) - 1;
    const column = Math.round((Number(x) - MARGIN) / COLUMN);
    while (lines.length <= line) lines.push('');
    lines[line] = lines[line].padEnd(column) + unescaped(text);
  }
  return lines;
}

function svg(lines: string[]): string {
  const width = Math.ceil(COLUMNS * COLUMN + 2 * MARGIN);
  const height = lines.length * LINE + 2 * MARGIN;
  const texts = lines.flatMap((line, i) => runsOf(line).map((run) => textElement(run, i)));
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<title>${escaped(PICTURED)}</title>
<style>
text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: ${FONT_SIZE}px; white-space: pre }
.b { font-weight: bold } .d { opacity: 0.6 }
${colors(LIGHT)}
@media (prefers-color-scheme: dark) { ${colors(DARK)} }
</style>
<rect width="100%" height="100%" rx="8"/>
${texts.join('\n')}
</svg>
`;
}

function colors({ back, text, red, green, yellow, cyan }: typeof DARK): string {
  return `rect { fill: ${back} } text { fill: ${text} } .r { fill: ${red} } .g { fill: ${green} } .y { fill: ${yellow} } .c { fill: ${cyan} }`;
}

/** Its length is given, so that columns stay below each other whatever font the reader has. */
function textElement({ column, text, classes }: Run, line: number): string {
  const x = (MARGIN + column * COLUMN).toFixed(1);
  const length = ([...text].length * COLUMN).toFixed(1);
  const style = classes === '' ? '' : ` class="${classes}"`;
  return `<text x="${x}" y="${MARGIN + (line + 1) * LINE}" textLength="${length}"${style}>${escaped(text)}</text>`;
}

/** Stretches without more than one space in a row, which need not be drawn. */
function runsOf(line: string): Run[] {
  const runs: Run[] = [];
  const on = new Set<string>();
  let column = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
  for (const part of line.split(/(\u001b\[\d+m| {2,})/)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
    const [, code] = /^\u001b\[(\d+)m$/.exec(part) ?? [];
    if (code !== undefined) {
      if (CLASSES[code] !== undefined) on.add(CLASSES[code]);
      else if (ENDS[code] !== undefined) for (const name of ENDS[code]) on.delete(name);
      else throw new Error(`the picture has no form for the control sequence ${code}`);
      continue;
    }
    const text = part.trim();
    if (text !== '') {
      const indent = part.length - part.trimStart().length;
      runs.push({ column: column + indent, text, classes: [...on].join(' ') });
    }
    column += [...part].length;
  }
  return runs;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
