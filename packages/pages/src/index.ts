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
  type DetailsHead,
  type Figure,
  type SectionHead,
} from "./blocks";
export {
  badge,
  code,
  day,
  dayText,
  folded,
  lines,
  link,
  plainText,
  strong,
  withCode,
  type Content,
  type State,
} from "./content";
export { renderPage, type Page } from "./page";
export { picture, type NodeKind, type Picture, type PictureEdge, type PictureNode } from "./picture/picture";
export { heatMap, table, type Cell, type Column, type Row, type Table } from "./table";
export { timeLine, type TimeLine, type TimeLineItem } from "./timeLine";
export { english, type Words } from "./words";
