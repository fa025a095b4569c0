/**
 * `npm run docs` writes the reference pages, and the long ones whole to `dist/docs` or to the folder
 * that `--whole` names, which writes nothing else; `--count` counts the pages and their words; `npm run schemas`
 * writes the JSON Schemas of `--json`; `npm run docs:check` says whether they are up to date,
 * and checks every page: links and anchors, paths in backticks, the tests that SECURITY.md names and
 * the mutations of its promises, the length of table cells, the README's size, the catalogue of ways, how shell blocks are run, the components' examples
 * and documentation.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { messageOf } from "@defender-mssp/errors";
import { mutationProblems } from "../promises/mutationProblems";
import { mutations } from "../promises/mutations";
import { brokenExamples, exampleCount } from "./checks/examples";
import { brokenLinks } from "./checks/links";
import { missingPaths } from "./checks/paths";
import { untestedPromises } from "./checks/security";
import { unknownSettings } from "./checks/settingNames";
import { longCells, readmeSize } from "./checks/size";
import { typedocFindings } from "./checks/typedoc";
import { waysWithoutRow } from "./checks/ways";
import { howToRun } from "./commandBlocks";
import { countText } from "./count";
import { isRunPage, markdownFiles, root } from "./files";
import { linksOf, readPage, shellBlocksOf, type MarkdownPage, type ShellBlock } from "./markdown";
import { generatedFiles, madeWhole, wholePages, type GeneratedFile } from "./pages";
import { schemaPlaces } from "./reference/commands";
import { schemaFile } from "./schemaFile";

async function write(): Promise<void> {
  await writeFiles(generatedFiles, root);
  await writeFiles(wholePages, path.join(root, "dist"));
}

async function writeFiles(files: readonly GeneratedFile[], folder: string): Promise<void> {
  for (const { file, make } of files) {
    const place = path.join(folder, file);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, await make());
    console.log(path.relative(root, place));
  }
}

async function check(): Promise<void> {
  const pages = markdownFiles().map((file) => readPage(root, file));
  const whole = await madeWhole();
  const blocks = pages.filter(({ file }) => isRunPage(file)).flatMap(shellBlocksOf);
  const findings = [
    ...(await outdated()),
    ...brokenLinks(root, [...pages, ...whole], new Set(schemaPlaces())),
    ...missingPaths(root, pages),
    ...unknownSettings(root, pages),
    ...longCells([...pages, ...whole]),
    ...pages.filter(({ file }) => file === "README.md").flatMap(readmeSize),
    ...pages
      .filter(({ file }) => file === "SECURITY.md")
      .flatMap(({ text }) => [...untestedPromises(root, text), ...mutationProblems(root, text, mutations)]),
    ...waysWithoutRow(root),
    ...blocks.flatMap(unknownMark),
    ...brokenExamples(root),
    ...(await typedocFindings(root)),
  ];
  for (const finding of findings) console.error(finding);
  console.log(
    `${generatedFiles.length} generated files, ${count(pages, linksOf)} links on ${pages.length} pages, ${blocks.length} command blocks, ` +
      `${exampleCount(root)} examples: ${findings.length === 0 ? "in order" : `${findings.length} findings`}`,
  );
  if (findings.length > 0) process.exitCode = 1;
}

async function outdated(): Promise<string[]> {
  const texts = await Promise.all(generatedFiles.map(async ({ file, make }) => ({ file, text: await make() })));
  const isCurrent = (file: string, text: string) => existsSync(file) && readFileSync(file, "utf8") === text;
  return texts
    .filter(({ file, text }) => !isCurrent(path.join(root, file), text))
    .map(({ file }) => `${file} is out of date: run npm run docs`);
}

function unknownMark(block: ShellBlock): string[] {
  try {
    howToRun(block);
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
}

function count(pages: readonly MarkdownPage[], parts: (page: MarkdownPage) => readonly unknown[]): number {
  return pages.reduce((sum, page) => sum + parts(page).length, 0);
}

/** Writes a JSON Schema for each command that has `--json`. */
async function writeSchemas(folder: string): Promise<void> {
  // Loads the types of all commands: only when it is asked for.
  const { jsonSchemas } = require("./jsonSchemas") as typeof import("./jsonSchemas");
  const files = [...jsonSchemas()].map(([command, schema]) => ({
    file: schemaFile(command),
    make: () => `${JSON.stringify(schema, undefined, 2)}\n`,
  }));
  await writeFiles(files, folder);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      check: { type: "boolean" },
      count: { type: "boolean" },
      whole: { type: "string" },
      schemas: { type: "string" },
    },
  });
  if (values.whole !== undefined) await writeFiles(wholePages, path.resolve(values.whole));
  if (values.schemas !== undefined) await writeSchemas(path.resolve(values.schemas));
  if (values.count === true) console.log(countText());
  if (values.whole !== undefined || values.schemas !== undefined || values.count === true) return;
  await (values.check === true ? check() : write());
}

main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exitCode = 1;
});
