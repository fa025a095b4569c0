/**
 * `npm run test:site`: the built site, in files and in headless Chromium. With
 * MSSP_SITE_PICTURES=<folder> it writes pictures of pages, light and dark, 1280 and 390 pixels wide.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { AxeResults, RunOptions } from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { schemaPlaces } from "../../dev/docs/reference/commands";
import { siteFiles } from "../../dev/docs/site/stageSite";
import { questions } from "../docs/questions";
import { launchChromium } from "../chromium";
import { builtPages, deadLinks, loadedFromElsewhere } from "./builtPages";
import { startSiteServer, type SiteServer } from "./siteServer";

const checkout = path.resolve(__dirname, "../..");
const out = path.join(checkout, "dev", "docs", "site", "vitepress", "dist");
const { version } = JSON.parse(readFileSync(path.join(checkout, "package.json"), "utf8")) as { version: string };
const folder = path.join(out, version);
const base = `/${version}/`;
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** The first page, and pages with tables, figures, long commands and long lists. */
const samples = [
  "",
  "readme.html",
  "guides/platform-engineer.html",
  "guides/customer-administrator.html",
  "connector.html",
  "architecture.html",
  "reference/settings.html",
  "reference/commands.html",
  "reference/policy-rules.html",
  "troubleshooting.html",
];

describe("the built site: files", () => {
  it("has a page for each Markdown file", () => assert.equal(builtPages(folder).length, siteFiles().length));

  it("has no link to a missing page, file or anchor", () => assert.deepEqual(deadLinks(folder, base), []));

  it("has the JSON Schema of every command with --json, linked from its help", () => {
    const html = readFileSync(path.join(folder, "reference", "commands.html"), "utf8");
    const linked = [...html.matchAll(/href="\.\.\/(schemas\/[^"]+)"/g)].map(([, file = ""]) => file);
    assert.deepEqual(linked, schemaPlaces());
    assert.ok(linked.length >= 50);
    for (const file of linked) {
      const schema = JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Record<string, unknown>;
      assert.equal(schema["$schema"], "http://json-schema.org/draft-07/schema#", file);
    }
  });

  it("loads nothing from another host", () => assert.deepEqual(loadedFromElsewhere(folder), []));

  it("leads from its folder to the newest version", () => {
    assert.match(readFileSync(path.join(out, "index.html"), "utf8"), new RegExp(`url=${version}/`));
    const versions = JSON.parse(readFileSync(path.join(out, "versions.json"), "utf8")) as string[];
    assert.ok(versions.includes(version));
  });
});

describe("the built site: in a browser", function () {
  this.timeout(300_000);

  let browser: Browser | undefined;
  let server: SiteServer;

  before(async function () {
    browser = await launchChromium();
    if (browser === undefined) return this.skip();
    server = await startSiteServer(out);
  });
  after(async () => {
    await browser?.close();
    if ((server as SiteServer | undefined) !== undefined) await server.close();
  });

  const shown = (page: string, use: (tab: Page) => Promise<void>, options?: BrowserContextOptions) =>
    allShown([page], use, options);

  /** Shows pages one by one; an error in the console, and a request to another host, fail the test. */
  async function allShown(
    pages: readonly string[],
    use: (tab: Page, page: string) => Promise<void>,
    options: BrowserContextOptions = {},
  ): Promise<void> {
    assert.ok(browser);
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const said: string[] = [];
    const tab = await context.newPage();
    tab.on("console", (message) => {
      if (message.type() === "error") said.push(message.text());
    });
    tab.on("pageerror", (error) => said.push(error.message));
    tab.on("request", (request) => {
      if (!request.url().startsWith(server.origin) && !request.url().startsWith("data:")) said.push(request.url());
    });
    for (const page of pages) {
      await tab.goto(`${server.origin}${base}${page}`);
      // Vue has taken over: buttons work.
      await tab.waitForFunction('"__vue_app__" in (document.querySelector("#app") ?? {})');
      await use(tab, page);
      assert.deepEqual(said, [], page);
    }
    await context.close();
  }

  it("search for “rotate secret” leads to the connector's rotation", () =>
    shown("", async (page) => {
      await page.keyboard.press("Control+k");
      await page.locator(".VPLocalSearchBox input").fill("rotate secret");
      const results = page.locator(".VPLocalSearchBox .result");
      await results.first().waitFor();
      const texts = await results.allInnerTexts();
      assert.ok(
        texts.slice(0, 5).some((text) => /rotat/i.test(text)),
        texts.slice(0, 5).join("\n"),
      );
      await page.keyboard.press("Enter");
      await page.waitForURL((url) => url.pathname !== base);
      assert.match(await page.locator("main").innerText(), /rotat/i);
    }));

  it("the pages that answer people's questions are among the first three of its search", () =>
    shown("", async (page) => {
      const lost: string[] = [];
      await page.keyboard.press("Control+k");
      const results = page.locator(".VPLocalSearchBox .result");
      for (const [question, answer] of Object.entries(questions)) {
        await page.locator(".VPLocalSearchBox input").fill(question);
        // It searches 200 milliseconds after the last key.
        await page.waitForTimeout(400);
        const shownResults = (await results.all()).slice(0, 3);
        const links = await Promise.all(shownResults.map((result) => result.getAttribute("href")));
        const [topic = ""] = answer.split(":");
        if (!links.some((link) => link?.includes(`/${topic}.html`))) lost.push(`${question}: ${links.join(", ")}`);
      }
      assert.deepEqual(lost, []);
    }));

  it("a search for nothing that exists says so", () =>
    shown("", async (page) => {
      await page.keyboard.press("Control+k");
      await page.locator(".VPLocalSearchBox input").fill("zxqvkj");
      await page.getByText("No results for").waitFor();
    }));

  for (const colorScheme of ["light", "dark"] as const) {
    it(`axe finds nothing serious: ${colorScheme}`, async () => {
      const findings: string[] = [];
      const look = async (tab: Page, page: string) => {
        for (const finding of await seriousFindings(tab)) findings.push(`${page}: ${finding}`);
      };
      await allShown(samples, look, { colorScheme });
      assert.deepEqual(findings, []);
    });
  }

  it("pages follow the system's scheme, and the switch changes figures with the text", () =>
    shown(
      "architecture.html",
      async (page) => {
        const figure = (scheme: string) => page.locator(`.${scheme}-only`).first();
        assert.deepEqual([await figure("light").isVisible(), await figure("dark").isVisible()], [false, true]);
        await page.locator(".VPNavBarAppearance button").click();
        assert.deepEqual([await figure("light").isVisible(), await figure("dark").isVisible()], [true, false]);
      },
      { colorScheme: "dark" },
    ));

  it("no page scrolls sideways at 390 pixels", async () => {
    const wide: string[] = [];
    await allShown(
      builtPages(folder),
      async (tab, page) => {
        const width = await tab.evaluate<number>("document.documentElement.scrollWidth");
        if (width > 390) wide.push(`${page}: ${width}`);
      },
      { viewport: { width: 390, height: 844 } },
    );
    assert.deepEqual(wide, []);
  });

  it("the pages of a reader are reached at 390 pixels", () =>
    shown(
      "guides/siem-engineer.html",
      async (page) => {
        await page.getByRole("button", { name: "Menu" }).click();
        await page.locator("#VPSidebarNav").getByRole("link", { name: "Alerts, incidents and hunting" }).click();
        await page.waitForURL(/alerts/);
      },
      { viewport: { width: 390, height: 844 } },
    ));

  it("another version beside this one is a choice", () =>
    shown("", async (page) => {
      await page.route("**/versions.json", (route) => route.fulfill({ json: ["9.0.0", version] }));
      await page.reload();
      const choice = page.getByRole("combobox", { name: "Version" });
      assert.equal(await choice.inputValue(), version);
      await page.route("**/9.0.0/", (route) => route.fulfill({ body: "nine", contentType: "text/html" }));
      await choice.selectOption("9.0.0");
      await page.waitForURL(/\/9\.0\.0\/$/);
    }));

  const pictures = process.env["MSSP_SITE_PICTURES"];
  if (pictures !== undefined) {
    it("pictures", async () => {
      for (const colorScheme of ["light", "dark"] as const) {
        for (const width of [1280, 390]) {
          const takePicture = async (tab: Page, page: string) => {
            const name = `${page === "" ? "home" : path.basename(page, ".html")}-${colorScheme}-${width}.png`;
            await tab.screenshot({ path: path.join(pictures, name), fullPage: page === "" });
          };
          await allShown(samples, takePicture, { colorScheme, viewport: { width, height: 900 } });
        }
      }
    });
  }
});

async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const options: RunOptions = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] };
  const run = (given: RunOptions) =>
    (globalThis as unknown as { axe: { run: (o: RunOptions) => Promise<AxeResults> } }).axe.run(given);
  const { violations } = await page.evaluate(run, options);
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 4)
          .map(({ html }) => html.slice(0, 160))
          .join(" | ")}`,
    );
}
