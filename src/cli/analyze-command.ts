import type { Command } from './command.ts';
import { ANALYZE_OPTIONS, analyzeArguments } from './options.ts';

const DONE = 0;

/** `sockscope <capture..>`: what a command line asks for that names no other command. */
export const analyzeCommand: Command = {
  name: 'analyze',
  describe: 'Summarize the connections of captures and show what failed; this is the default command',
  details: [
    'Reads packet captures and tells what happened to every connection.',
    'Captures are pcap or pcapng files, plain or compressed by gzip, zstd or lz4. A folder means every capture in it. Several captures are read as one, in time order. A capture that is piped into sockscope needs no name.',
  ],
  arguments: [
    {
      name: 'capture',
      describe: 'A capture file, a folder with captures, or - for standard input',
      several: true,
      completes: 'capture',
    },
  ],
  options: ANALYZE_OPTIONS,
  examples: [
    { command: 'sockscope web.pcap', shows: 'What failed, and the first connections' },
    {
      command: `sockscope web.pcap --where 'close.style == "reset"' --all`,
      shows: 'Every connection that was reset',
    },
    { command: 'sockscope web.pcap --sort connect-time --top 10', shows: 'The ten slowest handshakes' },
    { command: 'ssh host timeout 60 tcpdump -U -w - not port 22 | sockscope', shows: 'One minute of another machine' },
  ],
  understand({ words, values }) {
    const request = analyzeArguments(words, values);
    return async () => {
      await (await import('./run.ts')).run(request);
      return DONE;
    };
  },
};
