/**
 * What the dynamic resource `StackIdentity` does: it stands for nothing in any tenant and calls nobody. Its random ID is made once, at the
 * create, and kept in the state: two stacks of one name, in two backends, have different ones.
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

  create() {
    const stackId = randomBytes(idBytes).toString("hex");
    return Promise.resolve({ id: stackId, outs: { stackId } });
  },

  read(id: string) {
    return Promise.resolve({ id, props: { stackId: id }, inputs: {} });
  },

  /** Nothing that can be updated. */
  update(id: string) {
    return Promise.resolve({ outs: { stackId: id } });
  },

  delete() {
    return Promise.resolve();
  },
};
