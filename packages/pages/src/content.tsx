/** What stands inside a line of text: links, code, dates and badges. Every text is escaped. */
import { h, type Markup } from "./markup";

/** Text, or what the functions of this file return, or a list of both. Markup in a text is shown, not applied. */
export type Content = string | Markup | readonly Content[];

/**
 * What the colour and the mark of a thing say. The first three are the words of the `mssp` commands for checks;
 * `warning` needs attention without having failed, `information` is neither good nor bad.
 */
export type State = "passed" | "failed" | "notChecked" | "warning" | "information";

/** A link. A target that is none of https, http, mailto, a file beside the page or a place in it is shown as text. */
export function link(text: Content, href: string): Markup {
  return isSafeTarget(href) ? <a href={href}>{text}</a> : <span>{text}</span>;
}

/** A command, an ID or another text that is copied exactly. */
export function code(text: string): Markup {
  return <code>{text}</code>;
}

/** A sentence whose parts between backticks are copied exactly. */
export function withCode(sentence: string): Content {
  return sentence.split("`").map((part, index) => (index % 2 === 1 ? code(part) : part));
}

/** Emphasized text. */
export function strong(text: Content): Markup {
  return <strong>{text}</strong>;
}

/** A state in words; colour and mark repeat what the text says. */
export function badge(state: State, text: string): Markup {
  return <span class={`badge ${state}`}>{text}</span>;
}

/** Short texts below each other, such as in a cell. */
export function lines(items: readonly Content[]): Markup {
  return (
    <ul class="lines">
      {items.map((item) => (
        <li>{item}</li>
      ))}
    </ul>
  );
}

/**
 * Text that is folded up at first, inside of a cell or an item of a list; printed where a person has unfolded it.
 * @param options.printed false for what another part of the page prints. Default: true.
 */
export function folded(summary: string, content: Content, { printed = true } = {}): Markup {
  return (
    <details class={printed ? "folded" : "folded screen-only"}>
      <summary>{summary}</summary>
      {content}
    </details>
  );
}

/** The day of a moment in UTC, such as 2027-03-31; the whole moment is in the markup. */
export function day(moment: Date): Markup {
  return <time dateTime={moment.toISOString()}>{dayText(moment)}</time>;
}

/** A day in UTC, such as `2027-03-31`. */
export function dayText(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}

/** The text alone, for sort values and text alternatives. */
export function plainText(content: Content): string {
  if (typeof content === "string") return content;
  if (isList(content)) return content.map(plainText).join("");
  const { children } = content.props as { readonly children?: Content };
  return children === undefined ? "" : plainText(children);
}

function isList(content: Content): content is readonly Content[] {
  return Array.isArray(content);
}

/** Never a scheme that runs something, such as `javascript:`. */
export function isSafeTarget(href: string): boolean {
  // Browsers ignore control characters and spaces in a scheme, so that a target with one is refused.
  if (/[\u0000-\u0020\u007f]/.test(href) || href.startsWith("//")) return false;
  return /^(https?:|mailto:|#)/i.test(href) || !/^[^/?#]*:/.test(href);
}
