import { fixtureNames } from '../fixtures/fixture-files.ts';
import { HAND_BUILT } from './hand-built/index.ts';
import { SCENARIOS } from './scenarios/index.ts';

const HEAD = `# Fixtures

Small captures, each with its golden record (\`<name>.json\`: the document of \`--json\`) and what \`explain\` says of its
connections (\`<name>.explain.txt\`) beside it.

- **lab**: real sockets of two Linux kernels' network namespaces, with a wire between them that delays and loses frames
  (\`test/lab/scenarios\`). \`npm run lab\` plays them again (root, Linux); ports, sequence numbers and times are then others.
  Beside each lies the truth (\`<name>.truth.json\`): every socket call of both programs with its times on the clock of the
  capture, its result and errno; who closed first, who was left in TIME-WAIT (\`ss\`), whose address the RSTs bear (tshark).
  \`test/socket/truth.test.ts\` holds the records against it.
- **hand-built**: computed, for what a kernel will not do (\`test/lab/hand-built\`).

\`npm run fixtures\` writes the hand-built captures, all golden records, all explanations and this page. They change only with a
reason: read the difference, and compare it with what Wireshark says of the capture.
`;

/** The text of fixtures/README.md: how each capture was made. */
export function fixturesReadme(): string {
  const told = new Map<string, string>();
  for (const { theme, name, says } of SCENARIOS) told.set(`${theme}/${name}.pcap`, `lab: ${says}`);
  for (const { theme, file, says } of HAND_BUILT) told.set(`${theme}/${file}`, `hand-built: ${says}`);
  let text = HEAD;
  let theme = '';
  for (const name of fixtureNames()) {
    const [folder] = name.split('/');
    if (folder !== theme) text += `\n## ${folder}\n\n`;
    theme = folder;
    text += `- \`${name}\` ${told.get(name) ?? 'nobody knows how it was made'}\n`;
  }
  return text;
}
