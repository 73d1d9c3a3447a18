import { type CompletedCommand, type CompletedOption, type CompletionModel, INTERFACES_COMMAND } from './model.ts';

/**
 * The completion of bash, without the package bash-completion and for the bash 3.2 of macOS as well: no mapfile, no
 * associative arrays. Where nothing is offered, bash completes names of files itself.
 */
export function bashCompletion({ commands, topics, captureName }: CompletionModel): string {
  const names = commands.map(({ name }) => name);
  const [defaultCommand] = commands;
  const options = commands.flatMap((command) => command.options);
  return `# bash completion of sockscope: source <(sockscope completion bash)

_sockscope_captures() {
  local file pattern='${captureName}'
  while IFS= read -r file; do
    [[ -n $file ]] && COMPREPLY+=("$file")
  done < <(
    shopt -s nocasematch
    compgen -d -- "$cur"
    compgen -f -- "$cur" | while IFS= read -r file; do
      [[ $file =~ $pattern && ! -d $file ]] && printf '%s\\n' "$file"
    done
  )
  compopt -o filenames 2>/dev/null
}

# The words of $1 that begin as the current one, whose part up to the last comma stays.
_sockscope_list() {
  local before=
  [[ $cur == *,* ]] && before=\${cur%,*},
  COMPREPLY=($(compgen -P "$before" -W "$1" -- "\${cur##*,}"))
  compopt -o nospace 2>/dev/null
}

_sockscope_words() {
  COMPREPLY=($(compgen -W "$1" -- "$cur"))
}

# Names from outside: compgen -W would run a $(command) in them, and so would the line that they are put into.
_sockscope_interfaces() {
  local name
  while IFS= read -r name; do
    printf -v name %q "$name"
    [[ $name == "$cur"* ]] && COMPREPLY+=("$name")
  done < <(echo any; ${INTERFACES_COMMAND} 2>/dev/null)
}

_sockscope() {
  local cur=\${COMP_WORDS[COMP_CWORD]} command= option= place=0 only_words= word i
  COMPREPLY=()

  # What the words before the current one are. For readline, = is a word of its own.
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    option=
    if [[ -n $only_words ]]; then
      ((place++))
      continue
    fi
    case $word in
      --) only_words=1 ;;
      ${alternatives(options.filter(takesNextWord))})
        option=$word
        [[ \${COMP_WORDS[i + 1]} == = ]] && ((i++))
        ((i < COMP_CWORD)) && ((i++))
        ((i < COMP_CWORD)) && option=
        ;;
      ${alternatives(options.filter(({ value }) => value?.isOptional))})
        if [[ \${COMP_WORDS[i + 1]} == = ]]; then
          option=$word
          ((i += 2))
          ((i < COMP_CWORD)) && option=
        fi
        ;;
      -*) ;;
      *)
        if [[ $place == 0 && -z $command ]]; then
          case $word in
            ${names.join('|')}) command=$word ;;
            *) command=${defaultCommand.name} place=1 ;;
          esac
        else
          ((place++))
        fi
        ;;
    esac
  done
  [[ $cur == = ]] && cur=

  if [[ -n $option ]]; then
    case "\${command:-${defaultCommand.name}} $option" in
${commands.flatMap(valueCases).join('\n')}
      *) compopt +o default +o bashdefault 2>/dev/null ;;
    esac
    return
  fi

  if [[ $cur == -* && -z $only_words ]]; then
    case \${command:-${defaultCommand.name}} in
${commands.map(optionCase).join('\n')}
    esac
    return
  fi

  case "$command $place" in
    ' 0')
      _sockscope_captures
      COMPREPLY+=($(compgen -W '${names.join(' ')}' -- "$cur"))
      ;;
${commands.map((command) => argumentCases(command, topics)).join('\n')}
  esac
}

complete -o bashdefault -o default -F _sockscope sockscope
`;
}

function takesNextWord({ value }: CompletedOption): boolean {
  return value !== null && !value.isOptional;
}

function written({ name, short }: CompletedOption): string[] {
  return short === null ? [`--${name}`] : [`--${name}`, `-${short}`];
}

function alternatives(options: CompletedOption[]): string {
  return [...new Set(options.flatMap(written))].join('|');
}

function valueCases({ name: command, options }: CompletedCommand): string[] {
  return options.flatMap((option) => {
    const pattern = written(option)
      .map((each) => `'${command} ${each}'`)
      .join('|');
    const choices = option.value?.choices.join(' ');
    switch (option.value?.kind) {
      case 'choice':
        return [`      ${pattern}) _sockscope_words '${choices}' ;;`];
      case 'list':
        return [`      ${pattern}) _sockscope_list '${choices}' ;;`];
      case 'path':
        return [`      ${pattern}) ;;`];
      default:
        return [];
    }
  });
}

function optionCase({ name, options }: CompletedCommand): string {
  return `      ${name}) _sockscope_words '${options.flatMap(written).join(' ')}' ;;`;
}

function argumentCases(command: CompletedCommand, topics: readonly string[]): string {
  return command.arguments
    .map(({ completes, several }, i) => {
      const pattern = several ? `'${command.name} '*` : `'${command.name} ${i}'`;
      if (completes === 'capture') return `    ${pattern}) _sockscope_captures ;;`;
      if (completes === 'topic') return `    ${pattern}) _sockscope_words '${topics.join(' ')}' ;;`;
      if (completes === 'interface') return `    ${pattern}) _sockscope_interfaces ;;`;
      if (completes === null) return `    ${pattern}) compopt +o default +o bashdefault 2>/dev/null ;;`;
      return `    ${pattern}) _sockscope_words '${completes.join(' ')}' ;;`;
    })
    .join('\n');
}
