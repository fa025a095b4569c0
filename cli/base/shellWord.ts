/** Texts as words of a POSIX shell. */
export { shellQuoted, shellWord } from "@defender-mssp/errors/escape";
