import type { Command } from './commands.ts';

export const interfacesCommand: Command = {
  usage: 'interfaces',
  describe: 'What can be captured, and whether this user may',
  options: { json: { type: 'boolean', describe: 'One JSON document' } },
  understand(values) {
    const json = values.json === true;
    return async () => (await import('./interfaces.ts')).showInterfaces(json);
  },
};
