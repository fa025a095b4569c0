/**
 * Preact, as far as the pages use it. Its own types need those of the browser, which would then be known in every file
 * of this repository, and of all who import this package.
 */

/** A piece of markup. Only the functions of this package make one. */
export interface Markup {
  readonly type: unknown;
  readonly props: { readonly children?: Children };
}

type Child = string | Markup | null;
type Children = Child | readonly Children[];
type Attributes = Readonly<Record<string, unknown>>;

interface Preact {
  readonly h: (type: unknown, attributes: Attributes | null, ...children: readonly Children[]) => Markup;
  readonly Fragment: (properties: { readonly children?: Children }) => Markup;
}

/* eslint-disable @typescript-eslint/no-require-imports -- an import would load the types */
const preact = require("preact") as Preact;
const renderer = require("preact-render-to-string") as { readonly renderToString: (markup: Markup) => string };
/* eslint-enable */

/** What the compiler calls for an element. */
export const h = preact.h;
export const Fragment = preact.Fragment;
export const renderToString = renderer.renderToString;

/** What the compiler knows of elements: any attribute, and which children. */
/* eslint-disable @typescript-eslint/no-namespace -- the compiler looks for the types of elements here */
export declare namespace h {
  export namespace JSX {
    export type Element = Markup;
    export interface ElementChildrenAttribute {
      readonly children: object;
    }
    export type IntrinsicElements = Readonly<Record<string, Attributes & { readonly children?: Children }>>;
  }
}
