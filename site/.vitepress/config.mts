import { readFileSync } from "node:fs";
import { defineConfig } from "vitepress";
import { slug } from "github-slugger";

/** Written by dev/docs/site/stageSite.ts. */
const site = JSON.parse(readFileSync(new URL("../pages/site.json", import.meta.url), "utf8"));

export default defineConfig({
  title: "defender-mssp",
  description:
    "Grants a managed security service provider access to a customer's Microsoft Defender, and takes it away.",
  lang: "en",
  srcDir: "pages",
  cacheDir: ".vitepress/cache",
  lastUpdated: false,
  head: [["link", { rel: "icon", href: "data:," }]],
  markdown: {
    // Anchors as GitHub makes them: the pages are read there, too.
    anchor: { slugify: slug },
    languageAlias: { kql: "kusto" },
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
  },
  themeConfig: {
    siteTitle: "defender-mssp",
    version: site.version,
    nav: [
      { text: "Guides", link: "/all-pages" },
      { text: "Settings", link: "/reference/settings" },
      { text: "Commands", link: "/reference/commands" },
      { text: "Troubleshooting", link: "/troubleshooting" },
    ],
    sidebar: site.sidebar,
    outline: { level: [2, 3], label: "On this page" },
    search: { provider: "local" },
    socialLinks: site.repository === undefined ? [] : [{ icon: "github", link: site.repository }],
  },
});
