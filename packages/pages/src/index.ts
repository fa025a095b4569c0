/** One design for HTML pages that need no network. Everything public stands here. */
export { contentSecurityPolicy } from "./assets";
export {
  details,
  facts,
  figures,
  list,
  notice,
  paragraph,
  preformatted,
  section,
  subsection,
  type Block,
  type Figure,
} from "./blocks";
export { badge, code, day, folded, lines, link, strong, withCode, type Content, type State } from "./content";
export { renderPage } from "./page";
export { picture, type NodeKind, type Picture, type PictureEdge, type PictureNode } from "./picture/picture";
export { heatMap, table, type Cell, type Column, type Row, type Table } from "./table";
export { timeLine } from "./timeLine";
export { english, type Words } from "./words";
