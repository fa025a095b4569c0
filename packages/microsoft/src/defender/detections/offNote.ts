/** A rule that is turned off for a time: disabled, with ` (off until 2026-12-24, by Ana Silva)` before the mark in its description. */

/** Until when a rule is off, and by whom. */
export interface OffNote {
  /** Last day, UTC, such as `2026-12-24`. */
  readonly until: string;
  readonly by: string;
}

interface Described {
  readonly description?: string | null;
  readonly status?: string;
}

const form = / ?\(off until (\d{4}-\d\d-\d\d), by ([^()]*)\)(?=$| \(managed by [^()]*\)$)/;

/** The note of a disabled rule; undefined for a rule that nobody has turned off, or that somebody has turned on by hand. */
export function readOffNote({ description, status }: Described): OffNote | undefined {
  const [, until = "", by = ""] = (status === "disabled" && form.exec(description ?? "")) || [];
  return until === "" ? undefined : { until, by };
}

/** The rule turned off. A note that it has is replaced. */
export function turnedOff<Rule extends Described>(rule: Rule, { until, by }: OffNote): Rule {
  const text = withoutOffNote(rule.description);
  const mark = /(?:^| )\(managed by [^()]*\)$/.exec(text)?.[0] ?? "";
  const note = `(off until ${until}, by ${by.replaceAll(/[()]/g, "")})`;
  const description = [text.slice(0, text.length - mark.length), note, mark.trim()].filter((part) => part !== "");
  return { ...rule, status: "disabled", description: description.join(" ") };
}

/** The rule as it is when it is on again. */
export function turnedOn<Rule extends Described>(rule: Rule): Rule {
  if (readOffNote(rule) === undefined) return rule;
  return { ...rule, status: "enabled", description: withoutOffNote(rule.description) };
}

/**
 * The rule off as long as the tenant's mark says, or as the settings say: the later end counts.
 * @param today UTC, such as `2026-12-01`
 */
export function keptOff<Rule extends Described>(rule: Rule, live: Described | undefined, today: string): Rule {
  const note = live && readOffNote(live);
  if (note === undefined || note.until < today || note.until <= (readOffNote(rule)?.until ?? "")) return rule;
  return rule.status === "disabled" && readOffNote(rule) === undefined ? rule : turnedOff(rule, note);
}

function withoutOffNote(description: string | null | undefined): string {
  return (description ?? "").replace(form, "").trim();
}
