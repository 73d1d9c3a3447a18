import type { Command } from './commands.ts';
import { ASCII_OPTION } from './options.ts';

export const interfacesCommand: Command = {
  usage: 'interfaces',
  describe: 'What can be captured, and whether this user may',
  options: {
    json: { type: 'boolean', describe: 'One JSON document' },
    ascii: { type: 'boolean', describe: ASCII_OPTION.describe },
  },
  understand(values) {
    const json = values.json === true;
    return async () => (await import('./interfaces.ts')).showInterfaces(json);
  },
};
