import { XMLBuilder } from 'fast-xml-parser';
import type { RuleVerdict } from '../verdict.ts';
import { evidence, type Suite, standing, suitesOf, withoutName } from './evidence.ts';
import type { MakeCheckFormat } from './format.ts';

type Element = Record<string, unknown>;

/** Attributes are told from elements by this. */
const AT = '@';

/**
 * JUnit XML as Jenkins and GitLab read it: a suite for each capture, a case for each rule. A broken rule that is only a
 * warning is a case that passes and says so.
 */
export const junit: MakeCheckFormat = (output) => ({
  capture() {},
  finish(report) {
    const suites = suitesOf(report).map(suiteElement);
    const total = (name: string) => suites.reduce((sum, suite) => sum + Number(suite[AT + name]), 0);
    const totals = attributes({
      name: 'sockscope check',
      tests: total('tests'),
      failures: total('failures'),
      errors: total('errors'),
      skipped: total('skipped'),
    });
    const builder = new XMLBuilder({
      ignoreAttributes: false,
      attributeNamePrefix: AT,
      format: true,
      suppressEmptyNode: true,
      suppressBooleanAttributes: false,
    });
    const document = { testsuites: { ...totals, testsuite: suites } };
    const xml = `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build(document)}`;
    output.data(output.ascii ? xml.replaceAll(/[^\0-\x7f]/gu, reference) : xml);
  },
});

/** A character as XML refers to it by number. */
function reference(sign: string): string {
  return `&#${sign.codePointAt(0)};`;
}

function suiteElement({ name, error, warnings, rules }: Suite): Element {
  const count = (holds: (verdict: RuleVerdict) => boolean) => rules.filter(holds).length;
  const unreadable = error === null ? [] : [unreadableCase(name, error)];
  return {
    ...attributes({
      name,
      tests: rules.length + unreadable.length,
      failures: count((verdict) => standing(verdict) === 'failed'),
      errors: unreadable.length,
      skipped: count(({ outcome }) => outcome === 'skipped'),
    }),
    testcase: [...unreadable, ...rules.map((verdict) => caseElement(name, verdict))],
    ...(warnings.length === 0 ? {} : { 'system-err': text(warnings.join('\n')) }),
  };
}

function unreadableCase(name: string, error: string): Element {
  const message = withoutName(error, name);
  const problem = { ...attributes({ message, type: 'unreadable' }), '#text': text(message) };
  return { ...attributes({ classname: name, name: 'can be read' }), error: problem };
}

function caseElement(classname: string, verdict: RuleVerdict): Element {
  const { rule, message } = verdict;
  const head = attributes({ classname, name: rule });
  const lines = text([message, ...evidence(verdict)].join('\n'));
  switch (standing(verdict)) {
    case 'failed':
      return { ...head, failure: { ...attributes({ message, type: 'rule' }), '#text': lines } };
    case 'warning':
      return { ...head, 'system-out': text(`warning: ${lines}`) };
    case 'skipped':
      return { ...head, skipped: attributes({ message }) };
    case 'passed':
      return head;
  }
}

function attributes(values: Record<string, string | number>): Element {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [AT + name, text(String(value)).replaceAll(/\s+/g, ' ')]),
  );
}

/** Without the characters that XML 1.0 has no way to write (section 2.2). */
function text(value: string): string {
  return value.replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
}
