/**
 * String operators. A term is a run of letters and digits: `has` finds whole terms.
 * https://learn.microsoft.com/kusto/query/datatypes-string-operators
 */

export type TextTest = (text: string, searched: string) => boolean;

const termCharacter = /[\p{L}\p{N}]/u;

/** Tests with case; those without are made of them. */
const caseSensitive = {
  contains: (text: string, searched: string) => text.includes(searched),
  startswith: (text: string, searched: string) => text.startsWith(searched),
  endswith: (text: string, searched: string) => text.endsWith(searched),
  has: (text: string, searched: string) => hasAt(text, searched, { isStart: true, isEnd: true }),
  hasprefix: (text: string, searched: string) => hasAt(text, searched, { isStart: true, isEnd: false }),
  hassuffix: (text: string, searched: string) => hasAt(text, searched, { isStart: false, isEnd: true }),
} satisfies Readonly<Record<string, TextTest>>;

export type TextTestName = keyof typeof caseSensitive;

export function textTest(name: TextTestName, isCaseSensitive: boolean): TextTest {
  const test = caseSensitive[name];
  return isCaseSensitive ? test : (text, searched) => test(text.toLowerCase(), searched.toLowerCase());
}

/** Whether `text` has a whole term, or a phrase of whole terms, without case. */
export const hasTerm = textTest("has", false);

function hasAt(text: string, searched: string, edges: { isStart: boolean; isEnd: boolean }): boolean {
  if (searched === "") return true;
  const startsTerm = edges.isStart && isTermCharacter(searched, 0);
  const endsTerm = edges.isEnd && isTermCharacter(searched, searched.length - 1);
  for (let at = text.indexOf(searched); at >= 0; at = text.indexOf(searched, at + 1)) {
    const isWholeStart = !startsTerm || !isTermCharacter(text, at - 1);
    const isWholeEnd = !endsTerm || !isTermCharacter(text, at + searched.length);
    if (isWholeStart && isWholeEnd) return true;
  }
  return false;
}

function isTermCharacter(text: string, index: number): boolean {
  return index >= 0 && index < text.length && termCharacter.test(text.charAt(index));
}
