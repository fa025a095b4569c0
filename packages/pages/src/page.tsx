/** A whole page: one HTML file that needs no network and runs no script but its own. */
import { h, renderToString } from "./markup";
import type { Block } from "./blocks";
import type { Content } from "./content";
import { contentSecurityPolicy, script, style } from "./assets";
import { english, type Words } from "./words";

export interface Page {
  readonly title: string;
  /** Language of the text, a BCP 47 tag. Default: `en`. */
  readonly language?: string;
  /** The pages' own words, where they are not English. */
  readonly words?: Words;
  /** A picture above the title, such as a company's logo: a data URL of a PNG or SVG image. */
  readonly logo?: { readonly source: string; readonly text: string };
  /** Line above the title, such as a link back to an overview. */
  readonly above?: Content;
  /** Below the title: what the page shows, and as of when. */
  readonly subtitle?: Content;
  /** Last line: who made the page, and what it is not. */
  readonly footer?: Content;
  /** Blocks and sections, in their order. */
  readonly blocks: readonly Block[];
  /** List of the sections below the title. Default: true if there are more than two. */
  readonly contents?: boolean;
}

/** Control characters, bidi overrides and other invisible characters, but for line ends. */
const invisible = /[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu;

/**
 * Renders a page. Invisible characters of its texts are shown as escapes such as `\\u{202e}`: a name
 * can't reorder or hide the text around it. The result ends with a line end and holds no other page's data.
 */
export function renderPage(page: Page): string {
  const { title, language = "en", words = english, logo, above, subtitle, footer, blocks } = page;
  if (logo !== undefined && !/^data:image\/(png|svg\+xml);base64,[\w+/]+=*$/.test(logo.source)) {
    throw new TypeError("a logo is a data URL of a PNG or SVG image");
  }
  const headings = blocks.flatMap(({ heading }) => heading ?? []);
  const { contents = headings.length > 2 } = page;
  const html = renderToString(
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={contentSecurityPolicy({ pictures: logo !== undefined })} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex" />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: style() }} />
      </head>
      <body>
        <a class="skip" href="#text">
          {words.skipToText}
        </a>
        <header>
          {logo === undefined ? null : <img class="logo" src={logo.source} alt={logo.text} />}
          {above === undefined ? null : <p class="above">{above}</p>}
          <h1>{title}</h1>
          {subtitle === undefined ? null : <p class="subtitle">{subtitle}</p>}
        </header>
        {contents ? (
          <nav aria-label={words.contents}>
            <ul>
              {headings.map((heading) => (
                <li>
                  <a href={`#${heading.id}`}>{heading.title}</a>
                </li>
              ))}
            </ul>
          </nav>
        ) : null}
        <main id="text" tabIndex={-1}>
          {blocks.map((block) => block.render(words))}
        </main>
        {footer === undefined ? null : <footer>{footer}</footer>}
        <script dangerouslySetInnerHTML={{ __html: script() }} />
      </body>
    </html>,
  );
  const shown = html.replaceAll(invisible, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
  return `<!doctype html>\n${shown}\n`;
}
