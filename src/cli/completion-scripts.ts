/**
 * The completion scripts. Each hands the words before the cursor to `peerstead complete` and shows what it answers; they know no command
 * themselves. The word that the user typed is called again, so that functions, aliases and paths work. Node keeps what it compiled, because
 * nobody waits half a second for a key.
 */

/** Shells there is a script for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
/** One of {@link SHELLS}. */
export type Shell = (typeof SHELLS)[number];

/** Where Node keeps what it compiled, in the words of bash and zsh. */
const CACHE = '"${NODE_COMPILE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/peerstead}"';

function bash(name: string): string {
  return `# bash completion for ${name}
_${name}_complete() {
  local line=\${COMP_LINE:0:COMP_POINT} gap word about own cut quoted from i
  local -a words=()
  # Bash breaks words at = and : as well. What no blank parts belongs together; what is behind the cursor does not count.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    gap=\${line%%[![:blank:]]*}
    line=\${line:\${#gap}}
    word=\${COMP_WORDS[i]}
    if [[ $line == "$word"* ]]; then line=\${line:\${#word}}; else word=$line line=; fi
    if [[ -n $gap || $i == 0 ]]; then words+=("$word"); else words[\${#words[@]}-1]+=$word; fi
  done
  COMPREPLY=()
  [[ \${words[0]} == *[!A-Za-z0-9_./~+-]* ]] && return
  own=\${words[\${#words[@]}-1]} quoted= cut=
  if [[ $own == [\\"\\']* ]]; then quoted=1 own=\${own:1}; fi
  words[\${#words[@]}-1]=$own
  # An unquoted word is replaced from its last = on, a quoted one whole.
  if [[ -z $quoted && $own == *=* && $COMP_WORDBREAKS == *=* ]]; then cut=\${own%"\${own##*=}"}; fi
  {
    read -r from
    while IFS=$'\\t' read -r word about; do
      # Within quotes a blank would belong to the word.
      [[ -n $quoted || $word == *[.=/] ]] || word+=" "
      COMPREPLY+=("\${word#"$cut"}")
    done
  } < <(
    export NODE_COMPILE_CACHE=${CACHE}
    eval "\${words[0]} complete -- $(printf '%q ' "\${words[@]:1}")" 2>/dev/null </dev/null
  )
  own=\${own#"$cut"}
  case $from in
    files) compopt -o default +o nospace 2>/dev/null ;;
    folders) compopt -o dirnames 2>/dev/null ;;
    scenarios)
      while IFS= read -r word; do COMPREPLY+=("$(printf '%q' "$word")/"); done < <(compgen -d -- "$own")
      while IFS= read -r word; do
        case $word in *.yaml | *.yml) [[ -d $word ]] || COMPREPLY+=("$(printf '%q' "$word") ") ;; esac
      done < <(compgen -f -- "$own")
      ;;
  esac
}
complete -o nospace -F _${name}_complete ${name}
`;
}

function zsh(name: string): string {
  return `#compdef ${name}
# zsh completion for ${name}
_${name}() {
  local line word from none=1
  local -a typed lines whole open
  [[ $words[1] == *[^A-Za-z0-9_./~+-]* ]] && return 1
  typed=("\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}")
  lines=("\${(@f)$(
    export NODE_COMPILE_CACHE=${CACHE}
    eval "$words[1] complete -- \${(j: :)\${(@qq)typed}}" 2>/dev/null </dev/null
  )}")
  from=$lines[1]
  for line in "\${(@)lines[2,-1]}"; do
    word=\${line%%$'\\t'*}
    # As _describe takes it: a colon parts a word from what it is about.
    line="\${word//:/\\\\:}:\${line#*$'\\t'}"
    case $word in *[.=/]) open+=("$line") ;; *) whole+=("$line") ;; esac
  done
  (($#whole)) && _describe -t words '${name}' whole && none=0
  (($#open)) && _describe -t words '${name}' open -S '' && none=0
  [[ $from == none ]] || compset -P '*='
  case $from in
    files) _files && none=0 ;;
    folders) _files -/ && none=0 ;;
    scenarios) _files -g '*.(yaml|yml)(-.)' && none=0 ;;
  esac
  return none
}
# Zsh completes an alias as what it stands for, a function by its own name.
if [[ -n $aliases[${name}] && $aliases[${name}] != (|*=*[[:space:]])${name}(|[[:space:]]*) ]]; then
  functions[${name}]="$aliases[${name}] \\"\\$@\\""
  unalias ${name}
fi
if [[ $funcstack[1] == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function fish(name: string): string {
  return `# fish completion for ${name}
function __${name}_complete
    if not set -q NODE_COMPILE_CACHE
        set -q XDG_CACHE_HOME; or set -l XDG_CACHE_HOME ~/.cache
        set -lx NODE_COMPILE_CACHE $XDG_CACHE_HOME/peerstead
    end
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l typed (string replace -r -- '^["\\']' '' "$current")
    set -l lines ($words[1] complete -- $words[2..-1] "$typed" 2>/dev/null </dev/null)
    set -l before (string match -r -- '^.*=' "$current")
    set -l own (string replace -r -- '^.*=' '' "$current")
    switch "$lines[1]"
        case files
            printf '%s\\n' "$before"(complete -C "'' $own")
        case folders
            printf '%s\\n' "$before"(complete -C "'' $own" | string match -r -- '^.*/(?:\\t.*)?$')
        case scenarios
            printf '%s\\n' "$before"(complete -C "'' $own" | string match -r -- '^.*(?:/|\\.ya?ml)(?:\\t.*)?$')
    end
    printf '%s\\n' $lines[2..-1]
end
complete -c ${name} -f -k -a '(__${name}_complete)'
`;
}

const SCRIPTS: Readonly<Record<Shell, (name: string) => string>> = { bash, zsh, fish };

/** The script of a shell for the command that is called `name` there; a name is letters, digits and `_`, `-`, `.`. */
export function completionScript(shell: Shell, name: string): string {
  return SCRIPTS[shell](name);
}
