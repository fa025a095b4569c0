import { readFileSync } from "node:fs";
import { defineConfig } from "vitepress";
import { slug } from "github-slugger";

/** Written by dev/docs/site/stageSite.ts. */
const site = JSON.parse(readFileSync(new URL("../pages/site.json", import.meta.url), "utf8"));

// VitePress sends the text of both functions to the browser: they may use no name of this file.
const processTerm = Function(
  "term",
  `const word = term.toLowerCase(); return ${JSON.stringify(site.stopWords)}.includes(word) ? null : word;`,
) as (term: string) => string | null;
/** The page of questions answers a question before others. */
const boostDocument = (id: string) => (id.includes("/questions") ? 3 : 1);

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
    search: {
      provider: "local",
      options: { miniSearch: { options: { processTerm }, searchOptions: { boostDocument } } },
    },
    socialLinks: site.repository === undefined ? [] : [{ icon: "github", link: site.repository }],
  },
});
