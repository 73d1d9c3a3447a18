import type { Command } from './command.ts';

/** `sockscope interfaces` */
export const interfacesCommand: Command = {
  name: 'interfaces',
  describe: 'List the network interfaces and tell whether you may capture on them',
  details: [
    'Lists the network interfaces, tries each program and library that can capture, and says what to do if none of them works.',
  ],
  arguments: [],
  options: { json: { type: 'boolean', group: 'Output format', describe: 'Write one JSON document' } },
  examples: [
    { command: 'sockscope interfaces', shows: 'What can be captured here' },
    { command: 'sockscope interfaces --json', shows: 'As one JSON document, for another program' },
  ],
  understand({ values }) {
    const json = values.json === true;
    return async () => (await import('./interfaces.ts')).showInterfaces(json);
  },
};
