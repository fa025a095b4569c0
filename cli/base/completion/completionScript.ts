/** The scripts that complete `mssp …` and `npx mssp …`, each around the same table. */

export const completionShells = ["bash", "zsh", "fish", "powershell"] as const;

export type CompletionShell = (typeof completionShells)[number];

/** @param table of `completionTable`: it has neither quotation marks nor `$`. */
export function completionScript(shell: CompletionShell, table: string): string {
  return scripts[shell].replace("TABLE", () => table);
}

/** Where to put each script. */
export const completionPlaces: Readonly<Record<CompletionShell, string>> = {
  bash: "npx mssp completion bash > ~/.mssp-completion.bash\necho '. ~/.mssp-completion.bash' >> ~/.bashrc",
  zsh: "npx mssp completion zsh > ~/.mssp-completion.zsh\necho '. ~/.mssp-completion.zsh' >> ~/.zshrc",
  fish: "npx mssp completion fish > ~/.config/fish/conf.d/mssp.fish",
  powershell: "npx mssp completion powershell >> $PROFILE",
};

/** The rows of a command, without its path. By awk: a shell's own patterns take a second. */
const rowsForSh = `
_mssp_rows() {
  printf '%s\\n' "$mssp_table" | awk -F'|' -v at="$1" '$1 == at { print $2 "|" $3 "|" $4 }'
}
`;

/** Bash and zsh find the command and the option of the cursor's word alike; `before` has the words before it. */
const positionForSh = `
  local at=mssp kind='' word row nl=$'\\n' rows
  rows=$nl$(_mssp_rows "$at")
  for word in "\${before[@]}"; do
    [[ $word == -- ]] && return 1
    if [[ $word == -* ]]; then
      row=\${rows#*"$nl$word|"}
      if [[ $row != "$rows" ]]; then kind=\${row%%|*}; else kind=''; fi
      [[ $kind == flag ]] && kind=''
      continue
    fi
    [[ $kind == *'*' ]] && continue
    if [[ -n $kind ]]; then kind=''; continue; fi
    if [[ $rows == *"$nl$word|command|"* ]]; then
      at="$at $word"
      rows=$nl$(_mssp_rows "$at")
    fi
  done
`;

const stacksForSh = `
_mssp_stacks() {
  local file
  for file in Pulumi.*.yaml */Pulumi.*.yaml; do
    [[ -e $file ]] || continue
    file=\${file##*Pulumi.}
    echo "\${file%.yaml}"
  done
}
`;

const scripts: Readonly<Record<CompletionShell, string>> = {
  bash: `# Completes mssp and npx mssp. Written by \`npx mssp completion bash\`.
mssp_table='
TABLE
'
${stacksForSh}${rowsForSh}
_mssp() {
  local current=\${COMP_WORDS[COMP_CWORD]} first=1 w k rest
  if [[ \${COMP_WORDS[0]##*/} == npx ]]; then
    [[ $COMP_CWORD -gt 1 && \${COMP_WORDS[1]} == mssp ]] || return 0
    first=2
  fi
  local before=("\${COMP_WORDS[@]:first:COMP_CWORD-first}") words=()
  ${positionForSh.trim()}
  COMPREPLY=()
  if [[ -n $kind && $current != -* ]]; then
    case $kind in
      stack*) COMPREPLY=($(compgen -W "$(_mssp_stacks)" -- "$current")) ;;
      '='*) kind=\${kind#=}; COMPREPLY=($(compgen -W "\${kind%\\*}" -- "$current")) ;;
    esac
    return 0
  fi
  while IFS='|' read -r w k rest; do
    [[ -n $w ]] || continue
    if [[ $current == -* ]]; then [[ $w == -* ]] && words+=("$w"); else [[ $w == -* ]] || words+=("$w"); fi
  done <<< "$rows"
  COMPREPLY=($(compgen -W "\${words[*]}" -- "$current"))
}
complete -o default -F _mssp mssp npx
`,
  zsh: `# Completes mssp and npx mssp. Written by \`npx mssp completion zsh\`.
mssp_table='
TABLE
'
_mssp_stacks() {
  local file
  for file in Pulumi.*.yaml(N) */Pulumi.*.yaml(N); do
    file=\${file##*Pulumi.}
    print -r -- "\${file%.yaml}"
  done
}
${rowsForSh}
_mssp() {
  emulate -L zsh
  local current=\${words[CURRENT]} first=2 w k rest
  if [[ \${words[1]:t} == npx ]]; then
    if [[ $CURRENT -le 2 || \${words[2]} != mssp ]]; then _default; return; fi
    first=3
  fi
  local -a before candidates
  before=("\${(@)words[first,CURRENT-1]}")
  ${positionForSh.trim().replace("return 1", "{ _default; return }")}
  if [[ -n $kind && $current != -* ]]; then
    case $kind in
      stack*) candidates=(\${(f)"$(_mssp_stacks)"}); compadd -a candidates ;;
      '='*) kind=\${kind#=}; candidates=(\${=kind%\\*}); compadd -a candidates ;;
      *) _files ;;
    esac
    return
  fi
  while IFS='|' read -r w k rest; do
    [[ -n $w ]] || continue
    if [[ $current == -* ]]; then [[ $w == -* ]] || continue; else [[ $w == -* ]] && continue; fi
    candidates+=("\${w//:/\\\\:}:$rest")
  done <<< "$rows"
  if (( \${#candidates} )); then _describe 'mssp' candidates; else _files; fi
}
(( \${+functions[compdef]} )) || { autoload -Uz compinit && compinit }
compdef _mssp mssp npx
`,
  fish: `# Completes mssp and npx mssp. Written by \`npx mssp completion fish\`.
set -g __mssp_table '
TABLE
'

function __mssp_stacks
    for file in Pulumi.*.yaml */Pulumi.*.yaml
        string replace -r '^.*Pulumi\\.(.*)\\.yaml$' '$1' -- $file
    end
end

function __mssp_words
    set -l words (commandline -opc)
    test (path basename -- $words[1]) = npx; and set -e words[1]
    string join \\n -- $words
end

function __mssp_at
    set -l words (__mssp_words)
    test "$words[1]" = mssp; or string match -q '*/mssp' -- "$words[1]"
end

function __mssp_complete
    set -l rows (string split \\n -- $__mssp_table)
    set -l current (commandline -ct)
    set -l at mssp
    set -l kind ''
    for word in (__mssp_words)[2..]
        if test "$word" = --
            __fish_complete_path $current
            return
        end
        if string match -q -- '-*' $word
            set kind ''
            set -l row (string match -- "$at|$word|*" $rows)[1]
            test -n "$row"; and set kind (string split '|' -- $row)[3]
            test "$kind" = flag; and set kind ''
            continue
        end
        string match -q -- '*\\*' "$kind"; and continue
        if test -n "$kind"
            set kind ''
            continue
        end
        string match -q -- "$at|$word|command|*" $rows; and set at "$at $word"
    end
    if test -n "$kind"; and not string match -q -- '-*' "$current"
        switch $kind
            case 'stack*'
                __mssp_stacks
            case '=*'
                string split ' ' -- (string trim -c '=*' -- $kind)
            case '*'
                __fish_complete_path $current
        end
        return
    end
    for row in (string match -- "$at|*" $rows)
        set -l cells (string split '|' -- $row)
        if string match -q -- '-*' "$current"
            string match -q -- '-*' $cells[2]; and printf '%s\\t%s\\n' $cells[2] $cells[4]
        else
            string match -q -- '-*' $cells[2]; or printf '%s\\t%s\\n' $cells[2] $cells[4]
        end
    end
end
complete -c mssp -f -a '(__mssp_complete)'
complete -c npx -n __mssp_at -f -a '(__mssp_complete)'
`,
  powershell: `# Completes mssp and npx mssp. Written by \`npx mssp completion powershell\`.
$msspTable = @'
TABLE
'@ -split "\\r?\\n" | Where-Object { $_ } | ForEach-Object {
  $cells = $_ -split '\\|'
  [pscustomobject]@{ Path = $cells[0]; Word = $cells[1]; Kind = $cells[2]; Text = $cells[3] }
}
Register-ArgumentCompleter -Native -CommandName mssp, npx -ScriptBlock {
  param($current, $ast, $cursor)
  $words = @($ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { "$_" })
  if ((Split-Path -Leaf $words[0]) -match '^npx') {
    if ($words.Count -lt 2 -or $words[1] -ne 'mssp') { return }
    $words = @($words | Select-Object -Skip 1)
  }
  $at = 'mssp'
  $kind = ''
  foreach ($word in ($words | Select-Object -Skip 1)) {
    if ($word -eq '--') { return }
    if ($word.StartsWith('-')) {
      $row = $msspTable | Where-Object { $_.Path -ceq $at -and $_.Word -ceq $word } | Select-Object -First 1
      $kind = if ($row -and $row.Kind -ne 'flag') { $row.Kind } else { '' }
      continue
    }
    if ($kind.EndsWith('*')) { continue }
    if ($kind) { $kind = ''; continue }
    if ($msspTable | Where-Object { $_.Path -ceq $at -and $_.Word -ceq $word -and $_.Kind -eq 'command' }) { $at = "$at $word" }
  }
  if ($kind -and -not $current.StartsWith('-')) {
    if ($kind.StartsWith('stack')) {
      $values = Get-ChildItem Pulumi.*.yaml, */Pulumi.*.yaml -ErrorAction SilentlyContinue |
        ForEach-Object { $_.Name -replace '^Pulumi\\.(.*)\\.yaml$', '$1' }
    } elseif ($kind.StartsWith('=')) { $values = $kind.Trim('=', '*') -split ' ' } else { return }
    $values | Where-Object { $_ -like "$current*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
    return
  }
  $msspTable | Where-Object { $_.Path -ceq $at -and $_.Word -like "$current*" -and $_.Word.StartsWith('-') -eq $current.StartsWith('-') } |
    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_.Word, $_.Word, 'ParameterValue', ($_.Text, $_.Word -ne '')[0]) }
}
`,
};
