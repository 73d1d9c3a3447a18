import type { Argument } from '../command.ts';
import { type CompletedCommand, type CompletedOption, type CompletionModel, INTERFACES_COMMAND } from './model.ts';

/** The completion of zsh, for its own system (compinit); also as a file _sockscope in a folder of $fpath. */
export function zshCompletion(model: CompletionModel): string {
  const { commands, captureName } = model;
  const [defaultCommand] = commands;
  return `#compdef sockscope
# zsh completion of sockscope: source <(sockscope completion zsh)

_sockscope_captures() {
  _files -g '${globOf(captureName)}'
}

_sockscope_interfaces() {
  local -a interfaces
  interfaces=(any \${(f)"$(${INTERFACES_COMMAND} 2>/dev/null)"})
  compadd "$@" -- $interfaces
}

_sockscope_commands() {
  local -a commands
  commands=(
${commands.map(({ name, describe }) => `    ${quoted(`${name}:${describe.replaceAll(':', '\\:')}`)}`).join('\n')}
  )
  _describe -t commands command commands
}

_sockscope_first() {
  _alternative 'commands:command:_sockscope_commands' 'captures:capture:_sockscope_captures'
}

_sockscope() {
  local curcontext=$curcontext command=$words[2]
  if (( CURRENT > 2 )); then
    case $command in
      ${commands.map(({ name }) => name).join('|')})
        words=($words[1] $words[3,-1])
        (( CURRENT-- ))
        ;;
      *) command=${defaultCommand.name} ;;
    esac
  else
    command=
  fi
  case $command in
    '')
      _arguments -s -S \\
${specs(defaultCommand, model, ["'1: :_sockscope_first'", "'*:capture:_sockscope_captures'"])}
      ;;
${commands
  .map((command) => `    ${command.name})\n      _arguments -s -S \\\n${specs(command, model)}\n      ;;`)
  .join('\n')}
  esac
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _sockscope "$@"
elif (( $+functions[compdef] )); then
  compdef _sockscope sockscope
fi
`;
}

function specs(command: CompletedCommand, model: CompletionModel, words?: string[]): string {
  const argumentSpecs = words ?? command.arguments.map((argument, i) => argumentSpec(argument, i + 1, model));
  return [...command.options.map(optionSpec), ...argumentSpecs].map((spec) => `        ${spec}`).join(' \\\n');
}

function optionSpec({ name, short, describe, value, isRepeatable }: CompletedOption): string {
  const explanation = `[${describe.replaceAll(/[[\]:\\]/g, '\\$&')}]`;
  const after = value === null ? '' : `:${value.name.replaceAll(':', '\\:')}:${action(value)}`;
  // It needs an = where it may be left out, else it may stand in the next word as well.
  const long = value === null ? `--${name}` : value.isOptional ? `--${name}=-` : `--${name}=`;
  const rest = `${explanation}${value?.isOptional ? `:${after}` : after}`;
  if (short !== null) {
    const brief = value === null ? `-${short}` : `-${short}+`;
    return `${quoted(`(-${short} --${name})`)}{${brief},${long}}${quoted(rest)}`;
  }
  return quoted(`${isRepeatable ? '*' : ''}${long}${rest}`);
}

function action({ kind, choices, name }: NonNullable<CompletedOption['value']>): string {
  if (kind === 'choice') return `(${choices.join(' ')})`;
  if (kind === 'list') return `{_values -s , ${name} ${choices.join(' ')}}`;
  return kind === 'path' ? '_files' : ' ';
}

function argumentSpec({ name, completes, several }: Argument, place: number, { topics }: CompletionModel): string {
  const offered =
    completes === 'capture'
      ? '_sockscope_captures'
      : completes === 'interface'
        ? '_sockscope_interfaces'
        : completes === 'topic'
          ? `(${topics.join(' ')})`
          : completes === null
            ? ' '
            : `(${completes.join(' ')})`;
  return quoted(`${several ? '*' : place}:${name}:${offered}`);
}

/** A regular expression of names of files as a pattern of names of files, in upper and lower case. */
function globOf(pattern: string): string {
  const glob = pattern.replace(/\$$/, '').replaceAll('[0-9]*', '[0-9]#').replaceAll('\\.', '.');
  return `(#i)*${glob.replace(/\(([^()]*\([^()]*\))\)\?$/, '(|$1)')}(-.)`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
