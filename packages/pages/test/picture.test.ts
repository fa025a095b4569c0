/** Where the nodes of a picture stand, and how their labels break. */
import assert from "node:assert/strict";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import { picture, renderPage, type PictureEdge, type PictureNode } from "@defender-mssp/pages";
import * as fc from "fast-check";
import { layout } from "../src/picture/layout";
import { wrap } from "../src/picture/wrap";

const measures = { nodeWidth: 100, columnGap: 40, rowGap: 10, top: 20, margin: 5 };
const graph = fc
  .array(fc.record({ column: fc.integer({ min: 0, max: 4 }), height: fc.integer({ min: 10, max: 80 }) }), {
    maxLength: 30,
  })
  .chain((list) => {
    const nodes = list.map((node, index) => ({ ...node, id: String(index) }));
    const one = fc.constantFrom(...nodes.map(({ id }) => id), "absent");
    return fc.record({
      nodes: fc.constant(nodes),
      edges: fc.array(fc.record({ from: one, to: one }), { maxLength: 40 }),
    });
  });

describe("the layout of a picture", () => {
  it("places every node in its column, inside of the picture, and no two above each other", () =>
    assertProperty(100, graph, ({ nodes, edges }) => {
      const { places, width, height } = layout(nodes, edges, measures);
      assert.equal(places.size, nodes.length);
      for (const node of nodes) {
        const { x, y } = places.get(node.id)!;
        assert.equal(x, 5 + node.column * 140);
        assert.ok(x + 100 <= width && y >= 25 && y + node.height <= height + 1e-6);
        for (const other of nodes) {
          if (other.id === node.id || other.column !== node.column) continue;
          const place = places.get(other.id)!;
          assert.ok(y + node.height < place.y || place.y + other.height < y, `${node.id} and ${other.id}`);
        }
      }
    }));

  it("orders a column by what its nodes are connected with", () => {
    const nodes = ["a", "b", "c"].flatMap((name) => [
      { id: name, column: 0, height: 10 },
      { id: name.toUpperCase(), column: 1, height: 10 },
    ]);
    const edges = [
      { from: "a", to: "C" },
      { from: "b", to: "B" },
      { from: "c", to: "A" },
    ];
    const { places } = layout(nodes, edges, measures);
    for (const { from, to } of edges) assert.equal(places.get(from)?.y, places.get(to)?.y, `${from} and ${to}`);
  });
});

describe("a label of a picture", () => {
  it("breaks between words, and behind the sign @ of an address", () => {
    assert.deepEqual(wrap("Tier 1 Analyst of the MSSP", 12, 3), ["Tier 1", "Analyst of", "the MSSP"]);
    assert.deepEqual(wrap("ana.silva@fabrikam-security.example", 26, 3), ["ana.silva@", "fabrikam-security.example"]);
  });

  it("ends with … where text is left, and counts Japanese characters twice", () => {
    assert.deepEqual(wrap("one two three four", 5, 2), ["one", "two…"]);
    assert.deepEqual(wrap("株式会社コントソ", 8, 3), ["株式会社", "コントソ"]);
  });

  it("has lines within the width that together hold the whole text", () =>
    assertProperty(
      100,
      fc.string({ unit: "grapheme", maxLength: 80 }),
      fc.integer({ min: 4, max: 30 }),
      (text, width) => {
        const lines = wrap(text, width, Number.POSITIVE_INFINITY);
        assert.equal(lines.join("").replace(/\s/g, ""), text.replace(/\s/g, ""));
      },
    ));
});

describe("a picture", () => {
  const nodes: PictureNode[] = [
    { id: "ana", label: "Ana", kind: "person", column: 0, href: "#row-ana" },
    { id: "tier", label: "Tier 1", kind: "group", column: 1 },
    { id: "evil", label: "Evil", kind: "group", column: 1, href: "javascript:alert(1)" },
  ];
  const edges: PictureEdge[] = [
    { from: "ana", to: "tier", label: "member of" },
    { from: "ana", to: "absent", label: "lost" },
  ];
  const html = renderPage({
    title: "t",
    blocks: [picture({ title: "Paths", description: "Who.", columns: ["People", "Groups"], nodes, edges })],
  });

  it("has title, description, the same paths in words, and links that a keyboard reaches", () => {
    assert.match(html, /role="group" aria-labelledby="picture-title picture-description"/);
    assert.match(html, /<title id="picture-title">Paths<\/title><desc id="picture-description">Who\.<\/desc>/);
    assert.match(html, /<li>Ana → Tier 1 \(member of\)<\/li>/);
    assert.match(html, /<a class="node person" data-node="ana" href="#row-ana">/);
  });

  it("leaves out a path to a node that is not there, and a link that could run something", () =>
    assert.doesNotMatch(html.replace(/<script>[\s\S]*<\/script>/, ""), /absent|lost|javascript/));
});
