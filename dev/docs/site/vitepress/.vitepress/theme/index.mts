import { h, nextTick, onMounted, watch } from "vue";
import { useRoute, type Theme } from "vitepress";
import DefaultTheme from "vitepress/theme-without-fonts";
import VersionSwitch from "./VersionSwitch.vue";
import "./style.css";

export default {
  extends: DefaultTheme,
  setup() {
    const route = useRoute();
    onMounted(mendNames);
    watch(
      () => route.path,
      () => nextTick(mendNames),
    );
  },
  Layout: () => h(DefaultTheme.Layout, null, { "nav-bar-content-after": () => h(VersionSwitch) }),
} satisfies Theme;

/** Mends two names of VitePress's theme for assistive technology. */
function mendNames() {
  // The key of a shortcut is no part of the button's name: style.css shows it.
  document.querySelector(".DocSearch-Button-Key:last-child")?.replaceChildren();
  // A folded group is one button, not a button in a button.
  for (const caret of document.querySelectorAll('.VPSidebarItem > .item[role="button"] > .caret')) {
    for (const name of ["role", "tabindex", "aria-label"]) caret.removeAttribute(name);
    caret.setAttribute("aria-hidden", "true");
  }
}
