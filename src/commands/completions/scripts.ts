import { UsageError } from '../../contract/failure.ts';
import { COMPLETE_ARGUMENT } from './complete-argument.ts';

/** Last line of the answer when names of files belong to it. */
export const FILES_LINE = ':files';

export const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

/**
 * What a shell reads at its start to complete our commands. The shells ask the program itself, so
 * that profiles and runs are those of the moment.
 * @throws UsageError for another shell
 */
export function completionScript(shell: string): string {
  const script = scripts[shell as Shell];
  if (!Object.hasOwn(scripts, shell)) {
    throw new UsageError(`There are completions for ${shells.join(', ')}, not for ${shell}.`);
  }
  return script;
}

const scripts: Record<Shell, string> = {
  // Readline breaks words at = and : (COMP_WORDBREAKS, bash(1)): they are put together again, and
  // what it has already is taken off the answers.
  bash: `# steadydancer completions bash: source it, or put it in
# ~/.local/share/bash-completion/completions/steadydancer
_steadydancer() {
  local words=() word line joined='' prefix files=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ $word == [=:]* || $joined == join ]] && ((\${#words[@]} > 0)); then
      words[-1]+=$word
      [[ $word == [=:] ]] && joined=join || joined=''
    else
      words+=("$word")
      joined=''
    fi
  done
  local current=\${words[-1]-}
  prefix=\${current%"\${COMP_WORDS[COMP_CWORD]}"}
  [[ \${COMP_WORDS[COMP_CWORD]} == [=:] ]] && prefix=$current
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == '${FILES_LINE}' ]]; then
      files=yes
      continue
    fi
    word=\${line%%$'\\t'*}
    COMPREPLY+=("\${word#"$prefix"}")
  done < <("\${COMP_WORDS[0]}" ${COMPLETE_ARGUMENT} "\${words[@]}" 2>/dev/null)
  if [[ $files ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
  fi
  [[ \${#COMPREPLY[@]} == 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
}
complete -F _steadydancer steadydancer
`,
  zsh: `#compdef steadydancer
# steadydancer completions zsh: source it after compinit, or put it in a folder of $fpath as _steadydancer
_steadydancer() {
  local line value description files=''
  local -a values keys
  while IFS= read -r line; do
    if [[ $line == '${FILES_LINE}' ]]; then
      files=yes
      continue
    fi
    value=\${line%%$'\\t'*}
    description=\${line#*$'\\t'}
    # In a list of _describe a colon ends the value.
    value=\${value//:/\\\\:}
    if [[ $value == *= ]]; then keys+=("$value:$description"); else values+=("$value:$description"); fi
  done < <("\${words[1]}" ${COMPLETE_ARGUMENT} "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#values} )) && _describe -t values steadydancer values
  (( \${#keys} )) && _describe -t keys choice keys -S ''
  [[ -n $files ]] && _files
}
if [[ \${funcstack[1]} == _steadydancer ]]; then _steadydancer "$@"; else compdef _steadydancer steadydancer; fi
`,
  fish: `# steadydancer completions fish: source it, or put it in ~/.config/fish/completions/steadydancer.fish
function __steadydancer_complete
  set -l words (commandline -opc)
  set -l answer ($words[1] ${COMPLETE_ARGUMENT} $words[2..] (commandline -ct) 2>/dev/null)
  for line in $answer
    if test "$line" = '${FILES_LINE}'
      __fish_complete_path (commandline -ct)
    else
      printf '%s\\n' $line
    end
  end
end
complete -c steadydancer -f -a '(__steadydancer_complete)'
`,
};
