/** Text of a tenant, as text: on one line, without an address that a tracker would make a link of. */

/** Control characters and invisible ones that turn a line around. */
const invisible = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+/g;

export function plainLine(text: string, most = 1000): string {
  const line = text
    .replace(invisible, " ")
    .replace(/:\/\//g, "[:]//")
    .replace(/\bmailto:/gi, "mailto[:]")
    .trim();
  if (line.length <= most) return line;
  // Not in the middle of a character of two units.
  return `${line.slice(0, most - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** For Jira's wiki: every character that could begin markup, a macro, a mention or a link. */
export function jiraWiki(text: string): string {
  return text.replace(/[\\{}[\]!*_+^~|?#@<>&-]/g, (character) => `\\${character}`);
}
