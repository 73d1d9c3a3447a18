import type { Argument } from '../command.ts';
import { type CompletedCommand, type CompletedOption, type CompletionModel, INTERFACES_COMMAND } from './model.ts';

/** The completion of fish. */
export function fishCompletion(model: CompletionModel): string {
  const { commands, captureName } = model;
  const names = commands.map(({ name }) => name).join(' ');
  const pattern = captureName.replaceAll(/\((?!\?)/g, '(?:');
  return `# fish completion of sockscope: sockscope completion fish > ~/.config/fish/completions/sockscope.fish

# The command before the cursor; nothing where there is no word yet.
function __sockscope_command
    for word in (commandline -opc)[2..-1]
        if contains -- $word ${names}
            echo $word
            return
        end
        if not string match -q -- '-*' $word
            echo ${commands[0].name}
            return
        end
    end
end

# Whether $argv[1] is the command, the default one also where no word is there.
function __sockscope_uses
    set -l command (__sockscope_command)
    test "$command" = $argv[1]; or test -z "$command" -a $argv[1] = ${commands[0].name}
end

function __sockscope_is_first
    test -z (__sockscope_command)''
end

# Whether so many words follow the command.
function __sockscope_place
    set -l words (string match -v -- '-*' (commandline -opc)[3..-1])
    test (count $words) = $argv[1]
end

# Captures and folders; where there are none, all files.
function __sockscope_captures
    set -l files (complete -C "__fish_command_without_completions "(commandline -ct))
    set -l captures (string match -r -i -- '^.*${pattern}' $files) (string match -r -- '^.*/$' $files)
    set -q captures[1]; or set captures $files
    set -q captures[1]; and printf '%s\\n' $captures
end

function __sockscope_interfaces
    echo any
    # What is not there, fish reports itself.
    type -q sockscope; and ${INTERFACES_COMMAND} 2>/dev/null
end

complete -c sockscope -f
${commands
  .map(({ name, describe }) => `complete -c sockscope -n __sockscope_is_first -a ${name} -d ${quoted(describe)}`)
  .join('\n')}

${commands.map((command) => commandLines(command, model)).join('\n\n')}
`;
}

function commandLines(command: CompletedCommand, model: CompletionModel): string {
  const uses = `__sockscope_uses ${command.name}`;
  const options = command.options.map((option) => `complete -c sockscope -n ${quoted(uses)} ${optionWords(option)}`);
  const words = command.arguments.flatMap((argument, i) => {
    const offered = offeredWords(argument, model);
    if (offered === null) return [];
    const condition = argument.several ? uses : `${uses}; and __sockscope_place ${i}`;
    return [`complete -c sockscope -n ${quoted(condition)} -a ${quoted(offered)}`];
  });
  return [...options, ...words].join('\n');
}

function optionWords({ name, short, describe, value }: CompletedOption): string {
  const words = [`-l ${name}`, ...(short === null ? [] : [`-s ${short}`])];
  const choices = value?.choices.join(' ') ?? '';
  if (value?.kind === 'path') words.push('-rF');
  else if (value !== null && !value.isOptional) words.push('-x');
  if (value?.kind === 'choice') words.push(`-a ${quoted(choices)}`);
  if (value?.kind === 'list') words.push(`-a ${quoted(`(__fish_append , ${choices})`)}`);
  return [...words, `-d ${quoted(describe)}`].join(' ');
}

function offeredWords({ completes }: Argument, { topics }: CompletionModel): string | null {
  if (completes === null) return null;
  if (completes === 'capture') return '(__sockscope_captures)';
  if (completes === 'interface') return '(__sockscope_interfaces)';
  return completes === 'topic' ? topics.join(' ') : completes.join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
