/** Text of others, such as a name out of a customer's tenant, for a terminal and for CI's logs: its line breaks stay, nothing else acts. */
export function terminalText(text: string): string {
  return text
    .replaceAll(/##(?=\[|vso\[)/g, "# #")
    .replaceAll(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
