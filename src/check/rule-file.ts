import { readFileSync } from 'node:fs';
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { describeError } from '../capture/input-error.ts';
import { didYouMean } from '../report/nearest.ts';
import { oneLine } from './rule-draft.ts';
import type { RuleSet } from './rules.ts';
import { RulesError, type RulesProblem } from './rules-error.ts';
import { offsetInSource } from './yaml-position.ts';

const MEMBERS = ['rules'];
const EXAMPLE = 'example: {"rules": ["no-resets"]}';

/**
 * Adds the rules of a YAML (or JSON, which is YAML) file to a set.
 * @throws RulesError with a line `file:line:column: what` for everything that is wrong with it
 */
export function addRuleFile(set: RuleSet, file: string): void {
  const source = readText(file);
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    throw new RulesError(document.errors.map((error) => `${at(error.pos[0])}: ${syntaxText(error)}`));
  }
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) !== undefined) return;
      throw new RulesError([`${at(alias.range?.[0] ?? 0)}: there is no &${alias.source} before this *${alias.source}`]);
    },
  });
  const before = set.problems.length;
  addRules(set, document);
  const problems = set.problems.splice(before);
  if (problems.length === 0) return;
  const located = problems.map((problem) => ({ problem, offset: offsetOf(document, source, problem) }));
  located.sort((a, b) => a.offset - b.offset);
  throw new RulesError(located.map(({ problem, offset }) => `${at(offset)}: ${problem.message}`));
}

/** One mistake makes several errors; they are told as the YAML library has them. */
function syntaxText({ code, message }: YAMLError): string {
  return code === 'MULTIPLE_DOCS' ? 'a second document begins: a rule file is one' : oneLine(message);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\ufeff/, ' ');
  } catch (error) {
    throw new RulesError([`${file}: the rules cannot be read: ${describeError(error).message}`]);
  }
}

function addRules(set: RuleSet, document: Document): void {
  const content = toPlain(set, document);
  if (content === undefined) return;
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    set.problems.push({ path: [], message: `a rule file is a map with a list of rules; ${EXAMPLE}` });
    return;
  }
  for (const name of Object.keys(content)) {
    if (MEMBERS.includes(name)) continue;
    set.problems.push({ path: [name], isName: true, message: `unknown member "${name}"${didYouMean(name, MEMBERS)}` });
  }
  const { rules } = content as { rules?: unknown };
  if (!Array.isArray(rules) || rules.length === 0) {
    const path = rules === undefined ? [] : ['rules'];
    set.problems.push({ path, message: `rules is a list with at least one rule; ${EXAMPLE}` });
    return;
  }
  rules.forEach((rule, i) => {
    set.add(rule, ['rules', i], 'file');
  });
}

/** Aliases resolved; a file that makes too much of them is refused. */
function toPlain(set: RuleSet, document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 }) ?? null;
  } catch (error) {
    set.problems.push({ path: [], message: oneLine(describeError(error).message) });
    return undefined;
  }
}

/** Where in the file a problem is. */
function offsetOf(document: Document, source: string, { path, isName, at }: RulesProblem): number {
  let node: Node | null = document.contents as Node | null;
  let name: Node | null = null;
  for (const step of path) {
    const inside: Node | null | undefined = isAlias(node) ? node.resolve(document) : node;
    if (isMap(inside)) {
      const pair = inside.items.find(({ key }) => (isScalar(key) ? key.value : key) === step);
      if (pair === undefined) break;
      name = pair.key as Node;
      node = (pair.value as Node | null) ?? name;
    } else if (isSeq(inside) && typeof step === 'number') {
      name = null;
      node = inside.items[step] as Node;
    } else break;
  }
  const found = isName ? (name ?? node) : node;
  if (found?.range == null) return 0;
  return at == null || !isScalar(found) ? found.range[0] : offsetInSource(source, found, at);
}
