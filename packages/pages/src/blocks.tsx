/** What a page is made of besides tables and pictures: sections, paragraphs, lists, notices, facts. */
import { Fragment, h, type Markup } from "./markup";
import type { Words } from "./words";
import { isSafeTarget, type Content, type State } from "./content";

/** What stands below another thing on a page. */
export interface Block {
  /**
   * Renders with the page's words.
   * @param captions `hidden` where a heading says the same: then only screen readers have the caption.
   */
  readonly render: (words: Words, captions?: "hidden") => Markup;
  /** Of a table or a time line: what it shows. */
  readonly caption?: string;
  /** Only a section's: its entry in the list of contents. */
  readonly heading?: { readonly id: string; readonly title: string };
}

export interface SectionHead {
  /** Anchor of the section, unique on the page: letters, digits and `-`. */
  readonly id: string;
  readonly title: string;
  /** First paragraph. */
  readonly intro?: Content;
}

/** A section with a heading; the list of contents links to it. */
export function section({ id, title, intro }: SectionHead, ...blocks: readonly Block[]): Block {
  return {
    heading: { id, title },
    render: (words) => (
      <section id={id} aria-labelledby={`${id}-title`}>
        <h2 id={`${id}-title`}>{title}</h2>
        {intro === undefined ? null : <p class="intro">{intro}</p>}
        {belowHeading(title, blocks, words)}
      </section>
    ),
  };
}

/** A heading inside of a section, with what belongs to it. */
export function subsection(title: string, ...blocks: readonly Block[]): Block {
  return {
    render: (words) => (
      <div class="subsection">
        <h3>{title}</h3>
        {belowHeading(title, blocks, words)}
      </div>
    ),
  };
}

/** A caption that repeats the heading, or is the only one below it, is not shown twice. */
function belowHeading(title: string, blocks: readonly Block[], words: Words): Markup[] {
  const captions = blocks.filter(({ caption }) => caption !== undefined).length;
  return blocks.map((block) => {
    const isSaid = block.caption !== undefined && (block.caption === title || captions === 1);
    return block.render(words, isSaid ? "hidden" : undefined);
  });
}

export function paragraph(...content: readonly Content[]): Block {
  return { render: () => <p>{content}</p> };
}

/** A list; `ordered` where the order matters, as in steps. */
export function list(items: readonly Content[], { ordered = false } = {}): Block {
  const lines = items.map((item) => <li>{item}</li>);
  return { render: () => (ordered ? <ol>{lines}</ol> : <ul>{lines}</ul>) };
}

/** Text with its line ends as they are: a command, a mail. Long lines wrap. */
export function preformatted(text: string, { label }: { readonly label?: string } = {}): Block {
  return {
    render: () => (
      <figure class="preformatted">
        {label === undefined ? null : <figcaption>{label}</figcaption>}
        <pre>{text}</pre>
      </figure>
    ),
  };
}

export interface DetailsHead {
  readonly summary: string;
  /** Anchor of what is folded up, unique on the page: a link to it unfolds it. */
  readonly id?: string;
  /** Not folded up at first. Default: false. */
  readonly open?: boolean;
}

/** Blocks that are folded up at first; printed in full. */
export function details({ summary, id, open = false }: DetailsHead, ...blocks: readonly Block[]): Block {
  return {
    render: (words) => (
      <details {...(open ? { open } : {})}>
        <summary>{summary}</summary>
        <div {...(id === undefined ? {} : { id })}>{blocks.map((block) => block.render(words))}</div>
      </details>
    ),
  };
}

/** A framed remark: what needs attention, or that nothing does. */
export function notice(state: State, title: Content, ...blocks: readonly Block[]): Block {
  return {
    render: (words) => (
      <div class={`notice ${state}`}>
        <p class="notice-title">{title}</p>
        {blocks.map((block) => block.render(words))}
      </div>
    ),
  };
}

/** Names with their values, such as the IDs of a customer. */
export function facts(list: readonly { readonly name: string; readonly value: Content }[]): Block {
  return {
    render: () => (
      <dl class="facts">
        {list.map(({ name, value }) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    ),
  };
}

export interface Figure {
  readonly label: string;
  readonly value: string | number;
  readonly state?: State;
  /** Place in the page or file that shows what was counted. */
  readonly href?: string;
}

/** Numbers in large type, for the top of a page. */
export function figures(list: readonly Figure[]): Block {
  return {
    render: () => (
      <ul class="figures">
        {list.map(({ label, value, state = "information", href }) => {
          const inside = (
            <>
              <span class="figure-value">{String(value)}</span> <span class="figure-label">{label}</span>
            </>
          );
          return (
            <li class={state}>{href !== undefined && isSafeTarget(href) ? <a href={href}>{inside}</a> : inside}</li>
          );
        })}
      </ul>
    ),
  };
}
