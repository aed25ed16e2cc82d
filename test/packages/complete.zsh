# complete.zsh FOLDER WORDS: what zsh makes of WORDS and a Tab, with the completion in FOLDER. Prints the screen.
zmodload zsh/zpty
zpty shell "TERM=dumb zsh -f -i"
zpty -w shell "PROMPT='> '; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D; unsetopt zle_bracketed_paste; echo rea''dy"
zpty -r shell screen '*ready*'
# Its first prompt: what is typed before may be lost.
zpty -r shell screen '*> *'
zpty -w -n shell "$2"$'\t'
sleep 1
zpty -w -n shell $'\t'
sleep 2
zpty -r -t shell screen '*'
while zpty -r -t shell more; do screen+=$more; done
print -r -- "$screen"
zpty -d shell
