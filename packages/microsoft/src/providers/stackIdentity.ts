/**
 * What the dynamic resource `StackIdentity` does: it stands for nothing in any tenant and calls
 * nobody. Its random ID is made once, at the create, and kept in the state: two stacks of one name,
 * in two backends, have different ones.
 */
import { randomBytes } from "node:crypto";
import type { Properties } from "./provider";

/** 64 random bits: short enough for a mark, and no two stacks of one name meet by chance. */
const idBytes = 8;

export const stackIdentityResource = {
  check(_olds: Properties, news: Properties) {
    return { inputs: { ...news }, failures: [] };
  },

  diff() {
    return { changes: false, replaces: [], deleteBeforeReplace: true };
  },

  create(news: Properties = {}) {
    const stackId = randomBytes(idBytes).toString("hex");
    return Promise.resolve({ id: stackId, outs: { ...news, stackId } });
  },

  read(id: string, props: Properties = {}) {
    const { stackId: _, ...inputs } = props;
    return Promise.resolve({ id, props: { ...inputs, stackId: id }, inputs });
  },

  /** Nothing that can be updated. */
  update(id: string, olds: Properties = {}, news: Properties = olds) {
    return Promise.resolve({ outs: { ...news, stackId: id } });
  },

  delete() {
    return Promise.resolve();
  },
};
