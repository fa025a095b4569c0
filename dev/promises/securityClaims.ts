/**
 * The claims of SECURITY.md: `- **state-1** Text (proof); text (proof).` An item is the text before
 * a proof: the tests that fail without it, each with the title of a case or not, or "not tested".
 */

export interface NamedTest {
  /** Path from the top of the checkout. */
  readonly file: string;
  /** Part of the title of the case. Without one a mutation shows that the test fails. */
  readonly title: string | undefined;
}

export interface SecurityItem {
  /** ID of its claim. */
  readonly claim: string;
  /** On one line. */
  readonly text: string;
  /** Line of SECURITY.md where its claim begins. */
  readonly line: number;
  /** Empty: not tested. */
  readonly tests: readonly NamedTest[];
}

export interface SecurityClaims {
  readonly items: readonly SecurityItem[];
  /** A sentence for each claim that is not of this form, and for prose that promises. */
  readonly problems: readonly string[];
}

/** The section with the claims, whose introduction says what they are. */
const heading = "## What is at stake";
const claimStart = /^- \*\*([a-z]+-\d+)\*\* /;
const testName = '`((?:test|packages)/[^`\\s]+\\.test\\.ts)`(?:, "([^"]+)")?';
const proof = new RegExp(`\\((?:not tested|${testName}(?: and ${testName})?)\\)`, "g");
const promisingWords = /\b(never|always|refuses?|refused|cannot|nothing|nobody|only|not tested)\b|\.test\.ts/i;

export function securityClaims(page: string): SecurityClaims {
  const blocks = securityBlocks(page);
  const claims = blocks.flatMap(({ text, line }) => {
    const [start, id] = claimStart.exec(text) ?? [];
    return start === undefined || id === undefined ? [] : [{ id, body: text.slice(start.length), line }];
  });
  const parsed = claims.map(({ id, body, line }) => readClaim(id, body, line));
  const isOther = (index: number) => claims.findIndex(({ id }) => id === claims[index]?.id) !== index;
  const prose = blocks.flatMap(({ text, line }) => {
    const [word] = (claimStart.test(text) ? null : promisingWords.exec(text)) ?? [];
    return word === undefined ? [] : [`SECURITY.md:${line}: "${word}" promises something: make it an item of a claim`];
  });
  return {
    items: parsed.flatMap(({ items }) => items),
    problems: [
      ...parsed.flatMap(({ problems }) => problems),
      ...claims.flatMap(({ id, line }, index) =>
        isOther(index) ? [`SECURITY.md:${line}: another claim has the ID ${id}`] : [],
      ),
      ...prose,
    ],
  };
}

function readClaim(claim: string, body: string, line: number): SecurityClaims {
  const items: SecurityItem[] = [];
  const problems: string[] = [];
  let end = 0;
  for (const match of body.matchAll(proof)) {
    const text = body.slice(end, match.index).replace(/^[;,\s]+/, "");
    end = match.index + match[0].length;
    const [, first, firstTitle, second, secondTitle] = match;
    const tests = [
      { file: first, title: firstTitle },
      { file: second, title: secondTitle },
    ].flatMap(({ file, title }) => (file === undefined ? [] : [{ file, title }]));
    items.push({ claim, text, line, tests });
    if (/;|\. [A-Z]/.test(text)) problems.push(`SECURITY.md:${line}: ${claim}: a part without a proof: ${text.trim()}`);
  }
  if (!/^\.?$/.test(body.slice(end)))
    problems.push(`SECURITY.md:${line}: ${claim}: names no test, and is not "(not tested)": ${body.slice(end).trim()}`);
  return { items, problems };
}

/** Paragraphs and list items of the section but for its introduction, each on one line. */
function securityBlocks(page: string): { readonly text: string; readonly line: number }[] {
  const start = page.indexOf(heading);
  const end = page.indexOf("\n## ", start + 1);
  const before = page.slice(0, start).split("\n").length;
  const blocks: { text: string; line: number }[] = [];
  let [isIntroduction, isOpen] = [true, false];
  for (const [index, line] of page
    .slice(start, end === -1 ? undefined : end)
    .split("\n")
    .entries()) {
    if (line.startsWith("### ")) isIntroduction = false;
    const isBlank = line.trim() === "" || line.startsWith("#");
    const last = blocks.at(-1);
    if (isBlank) isOpen = false;
    else if (isOpen && last !== undefined && !line.startsWith("- ")) last.text += ` ${oneLine(line).trim()}`;
    else if (!isIntroduction) {
      blocks.push({ text: oneLine(line), line: before + index });
      isOpen = true;
    }
  }
  return blocks;
}

/** The text without line breaks, as a mutation quotes it. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
