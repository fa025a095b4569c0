/** A data stream of Elasticsearch, built from the documentation of its bulk API. */
import assert from "node:assert/strict";
import type { Call, Reply } from "./records";

export interface Item {
  readonly id: string;
  readonly document: Readonly<Record<string, unknown>>;
}

/** Documents by `_id`, and refusals that a test adds. */
export class DataStream {
  readonly documents = new Map<string, Item["document"]>();
  refuse: (item: Item, call: number) => { status: number; error: object } | undefined = () => undefined;

  answer(call: Call, index: number): Reply {
    const items = itemsOf(call).map((item) => {
      const refused = this.refuse(item, index);
      if (refused !== undefined) return { create: refused };
      if (this.documents.has(item.id)) {
        return { create: { status: 409, error: { type: "version_conflict_engine_exception" } } };
      }
      this.documents.set(item.id, item.document);
      return { create: { status: 201 } };
    });
    return { status: 200, body: { errors: items.some(({ create }) => create.status !== 201), items } };
  }
}

export function itemsOf({ body }: Call): Item[] {
  const lines = body.toString().split("\n");
  assert.equal(lines.pop(), "", "the body does not end with a line's end");
  return lines.flatMap((line, index) => {
    if (index % 2 === 1) return [];
    const { create } = JSON.parse(line) as { create: { _id: string } };
    return [{ id: create._id, document: JSON.parse(lines[index + 1] ?? "") as Item["document"] }];
  });
}
