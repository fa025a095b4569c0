/**
 * What the dynamic resource `PortalAccessModel` does: it stands for nothing in any tenant and calls
 * nobody. Another model replaces it, so that everything that hangs on it goes first.
 */
import { checkText, differences, type Properties } from "./provider";

export const portalAccessModelResource = {
  check(_olds: Properties, news: Properties) {
    return { inputs: { ...news }, failures: checkText(news, "model") };
  },

  diff(_id: string, olds: Properties, news: Properties) {
    return differences(olds, news, { compared: ["model"], replaces: ["model"] });
  },

  create(news: Properties) {
    return Promise.resolve({ id: "portal-access-model", outs: { model: news["model"], directoryScope: "/" } });
  },

  read(id: string, props: Properties = {}) {
    return Promise.resolve({ id, props, inputs: { model: props["model"] } });
  },

  /** Nothing that can be updated: every change replaces. */
  update(_id: string, _olds: Properties, news: Properties) {
    return Promise.resolve({ outs: { model: news["model"], directoryScope: "/" } });
  },

  delete() {
    return Promise.resolve();
  },
};
