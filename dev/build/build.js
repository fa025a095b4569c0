// Compiles the TypeScript of a checkout to `dist`, each module by itself, with esbuild. Types are judged
// by `npm run typecheck`. `prepare`, `npm run build` and, where a source has changed, `cli/mssp.js` run it.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

/**
 * What was built: of each file its time of change, size and hash. Written last, with the time when
 * the build began: `cli/mssp.js` asks for a comparison where a file is newer.
 */
const recordFile = "dist/.build.json";
const lockFile = "dist/.build.lock";
/** Outputs of a build that is under way; each is renamed to its place when all are written. */
const temporary = "dist/.build";
const esbuildManifest = "node_modules/esbuild/package.json";
/** A change of one of these, or of a project's tsconfig.json, compiles every source. */
const compilerFiles = ["dev/build/build.js", "tsconfig.base.json", esbuildManifest];
/** Changes closer to the reading than a file system's clock can tell. */
const clockMs = 50;

/** CommonJS modules, whose `import()` stays one. */
const options = {
  tsconfig: "tsconfig.base.json",
  format: "cjs",
  platform: "node",
  target: "node20",
  charset: "utf8",
  sourcemap: "linked",
  sourcesContent: false,
  write: false,
  logLevel: "silent",
};

/** A failure whose message is for people: no stack. */
class BuildError extends Error {}
exports.BuildError = BuildError;

/**
 * Whether a source was changed, added, renamed or removed since the last build.
 * @param only the sources to look at, instead of all: files or folders below `root`.
 */
exports.isStale = function (root, only) {
  const record = readRecord(root);
  if (only !== undefined) {
    const names = only.flatMap((place) => sourcesIn(root, place, /\.ts$/));
    return compare(root, record, names).changed.length > 0;
  }
  const projects = readProjects(root);
  const names = [...compilerOf(projects), ...sourcesOf(root, projects).keys()];
  const { changed, current } = compare(root, record, names);
  if (changed.length > 0 || Object.keys(current).length !== Object.keys(record).length) return true;
  rememberTimes(root);
  return false;
};

/** Compiles what has changed and removes the outputs of removed sources. @throws BuildError */
exports.build = function (root) {
  return locked(root, () => {
    const began = Date.now();
    const record = readRecord(root);
    const projects = readProjects(root);
    const outputs = sourcesOf(root, projects);
    const ofCompiler = compare(root, record, compilerOf(projects));
    const ofSources = compare(root, record, [...outputs.keys()]);
    const changed = new Set(ofCompiler.changed.length > 0 ? outputs.keys() : ofSources.changed);
    for (const [source, output] of outputs) if (!fs.existsSync(path.join(root, output))) changed.add(source);
    const compiled = compile(root, new Map([...outputs].filter(([source]) => changed.has(source))));
    if (changed.size > 0) addIndexes(root, outputs, compiled);
    replace(root, compiled);
    removeOrphans(root, new Set(outputs.values()), projects);
    const file = path.join(root, recordFile);
    replace(root, new Map([[file, JSON.stringify({ ...ofCompiler.current, ...ofSources.current })]]));
    // What changes while it compiles is newer, whatever the file system's clock counts in.
    const time = new Date(began - clockMs);
    fs.utimesSync(file, time, time);
  });
};

/** Removes all that builds and `tsc -b` have made. */
exports.clean = function (root) {
  for (const { to } of readProjects(root)) fs.rmSync(path.join(root, to), { recursive: true, force: true });
};

/** The project of the root and those that it refers to. */
function readProjects(root) {
  const projects = new Map();
  const add = (file) => {
    if (projects.has(file)) return;
    const within = (name) => path.posix.join(path.posix.dirname(file), name);
    const { include, exclude = [], references = [], compilerOptions } = JSON.parse(fs.readFileSync(`${root}/${file}`));
    projects.set(file, {
      file,
      includes: include.map(within),
      excludes: new Set(exclude.map(within)),
      endings: compilerOptions.allowJs ? /(?<!\.d)\.tsx?$|\.js$/ : /(?<!\.d)\.tsx?$/,
      from: within(compilerOptions.rootDir),
      to: within(compilerOptions.outDir),
    });
    for (const reference of references) add(path.posix.join(within(reference.path), "tsconfig.json"));
  };
  add("tsconfig.build.json");
  return [...projects.values()];
}

/** The files of which a change compiles every source. */
function compilerOf(projects) {
  return [...compilerFiles, ...projects.map(({ file }) => file)];
}

/** The sources with their outputs. */
function sourcesOf(root, projects) {
  const sources = new Map();
  for (const { includes, excludes, endings, from, to } of projects)
    for (const source of includes.flatMap((place) => sourcesIn(root, place, endings, excludes)))
      sources.set(source, path.posix.join(to, path.posix.relative(from, source).replace(/\.tsx?$/, ".js")));
  return sources;
}

/** Nothing but times has changed: the next start need not compare again. A checkout may be read-only. */
function rememberTimes(root) {
  try {
    exports.build(root);
  } catch (error) {
    if (!["EACCES", "EPERM", "EROFS"].includes(error.code)) throw error;
  }
}

/** A file, or the sources below a folder; nothing where it does not exist. */
function sourcesIn(root, place, endings, excluded = new Set()) {
  const found = [];
  const addFolder = (folder) => {
    for (const entry of fs.readdirSync(`${root}/${folder}`, { withFileTypes: true })) {
      const name = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!excluded.has(name)) addFolder(name);
      } else if (endings.test(name)) found.push(name);
    }
  };
  const stat = fs.statSync(`${root}/${place}`, { throwIfNoEntry: false });
  if (stat?.isDirectory()) addFolder(place);
  else if (stat !== undefined) found.push(place);
  return found;
}

/**
 * Compares files with the record. A file is read only where its time or size differs.
 * @returns the changed and new ones, and the record of now.
 */
function compare(root, record, names) {
  const began = Date.now();
  const changed = [];
  const current = {};
  for (const name of names) {
    const known = record[name];
    const stat = fs.statSync(`${root}/${name}`, { throwIfNoEntry: false });
    if (stat === undefined) {
      // An installation without development tools runs what was built before.
      if (name === esbuildManifest && known !== undefined) current[name] = known;
      continue;
    }
    const { mtimeMs, size } = stat;
    if (known !== undefined && known[0] === mtimeMs && known[1] === size) {
      current[name] = known;
      continue;
    }
    const hash = hashOf(`${root}/${name}`);
    if (known?.[2] !== hash) changed.push(name);
    // Without a time the next run reads the file again: a change in the same moment would not show.
    current[name] = [began - mtimeMs < clockMs ? 0 : mtimeMs, size, hash];
  }
  return { changed, current };
}

function hashOf(file) {
  // Most starts read nothing, and need no hash.
  const { createHash } = require("node:crypto");
  return createHash("sha256").update(fs.readFileSync(file)).digest("base64url");
}

/** Empty where nothing was built, or where the record is damaged. */
function readRecord(root) {
  try {
    return JSON.parse(fs.readFileSync(path.join(root, recordFile), "utf8"));
  } catch {
    return {};
  }
}

/** Compiles sources, and copies those that are not TypeScript. @returns the outputs' texts by path. */
function compile(root, sources) {
  const outputs = new Map();
  const entryPoints = [];
  for (const [source, output] of sources) {
    if (/\.tsx?$/.test(source)) entryPoints.push({ in: `./${source}`, out: output.replace(/\.js$/, "") });
    else outputs.set(path.join(root, output), fs.readFileSync(path.join(root, source)));
  }
  if (entryPoints.length === 0) return outputs;
  const esbuild = loadEsbuild();
  try {
    const { outputFiles } = esbuild.buildSync({ ...options, absWorkingDir: root, outdir: root, entryPoints });
    for (const { path: output, text } of outputFiles) outputs.set(output, withQuickHelpers(text));
  } catch ({ errors = [], message }) {
    const places = esbuild.formatMessagesSync(errors, { kind: "error" });
    throw new BuildError(places.join("").trim() || message);
  }
  return outputs;
}

/**
 * esbuild's helpers copy the exports of each module and of each import of a whole module. Shorter
 * ones, as `tsc` writes them, take 3 % off a command's start.
 */
function withQuickHelpers(text) {
  const toCommonJs = 'var __toCommonJS = (mod) => Object.defineProperty(mod, "__esModule", { value: true });';
  if (/__(toESM|reExport)\(/.test(text)) {
    const each = "Object.entries(Object.getOwnPropertyDescriptors(mod))";
    const define =
      'if (name !== "default" && !Object.hasOwn(target, name)) Object.defineProperty(target, name, export_)';
    return text
      .replace("(mod, isNodeMode, target) => (", "(mod, isNodeMode, target) => mod?.__esModule ? mod : (")
      .replace(
        /^var __reExport = .*$/m,
        `var __reExport = (target, mod) => { for (const [name, export_] of ${each}) ${define}; };`,
      )
      .replace(/^var __toCommonJS = .*$/m, toCommonJs);
  }
  return text.replace(/^var __defProp = [^]*?^var __toCommonJS = .*$/m, (helpers) => {
    const lines = [
      "var __export = (target, all) => {",
      "  for (var name in all) Object.defineProperty(target, name, { get: all[name], enumerable: true });",
      "};",
      toCommonJs,
    ];
    // The source map counts lines.
    return lines.join("\n") + "\n".repeat(helpers.split("\n").length - lines.length);
  });
}

/**
 * A package's index that only exports from other modules loads each when one of its exports is
 * first used: a command needs a tenth of `@defender-mssp/microsoft`.
 */
function addIndexes(root, outputs, compiled) {
  const exportsFrom = /export\s+(type\s+)?(?:\*|\{([^}]*)\})\s*from\s*"([^"]+)";/g;
  for (const [source, output] of outputs) {
    if (!/^packages\/[^/]+\/src\/index\.ts$/.test(source)) continue;
    const text = fs.readFileSync(path.join(root, source), "utf8").replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
    if (text.replace(exportsFrom, "").trim() !== "") continue;
    const homes = new Map();
    const add = (name, from, exported) => homes.has(name) || homes.set(name, [from, exported]);
    const exported = [...text.matchAll(exportsFrom)].filter(([, isType]) => !isType);
    for (const [, , names, from] of exported)
      for (const name of names?.split(",").map((each) => each.trim()) ?? [])
        if (name !== "" && !name.startsWith("type ")) {
          const [inModule, as = inModule] = name.split(/\s+as\s+/);
          add(as, from, inModule);
        }
    for (const [, , names, from] of exported)
      if (names === undefined) for (const name of exportsOf(root, output, from, compiled)) add(name, from, name);
    const modules = [...new Set([...homes.values()].map(([from]) => from))];
    const lines = [...homes].map(
      ([name, [from, inModule]]) => `  ${name}: () => from${modules.indexOf(from)}().${inModule},`,
    );
    compiled.set(
      path.join(root, output),
      [
        '"use strict";',
        'Object.defineProperty(exports, "__esModule", { value: true });',
        "const once = (load) => { let loaded; return () => (loaded ??= load()); };",
        ...modules.map((from, index) => `const from${index} = once(() => require("${from}"));`),
        "const all = {",
        ...lines,
        "};",
        "for (const name in all) Object.defineProperty(exports, name, { get: all[name], enumerable: true });",
        "// Annotate the CommonJS export names for ESM import in node:",
        `0 && (module.exports = {\n${[...homes.keys()].map((name) => `  ${name},`).join("\n")}\n});\n`,
      ].join("\n"),
    );
  }
}

/** The names that a compiled module exports, by esbuild's note of them at its end. */
function exportsOf(root, output, from, compiled) {
  const target = from.startsWith(".")
    ? path.posix.join(path.posix.dirname(output), from)
    : from.replace(/^@[^/]+\/([^/]+)(?:\/(.+))?$/, (_, name, file = "index") => `packages/${name}/dist/${file}`);
  const inFolder = path.join(root, target, "index.js");
  const file = compiled.has(inFolder) || fs.existsSync(inFolder) ? inFolder : path.join(root, `${target}.js`);
  const text = compiled.get(file) ?? fs.readFileSync(file, "utf8");
  const [, note = ""] = /^0 && \(module\.exports = \{([^]*?)^\}\);/m.exec(text) ?? [];
  return note.split(",").flatMap((line) => {
    const [, again] = /^\s*\.\.\.require\("([^"]+)"\)/.exec(line) ?? [];
    return again === undefined ? line.trim() || [] : exportsOf(root, path.relative(root, file), again, compiled);
  });
}

function loadEsbuild() {
  try {
    return require("esbuild");
  } catch (error) {
    if (error.code !== "MODULE_NOT_FOUND") throw error;
    throw new BuildError(
      "A checkout needs its development dependencies to compile: run `npm ci` without `--omit=dev`.",
    );
  }
}

/** Puts outputs in their places once all are written. */
function replace(root, outputs) {
  const folder = path.join(root, temporary);
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder);
  const targets = [...outputs.keys()];
  targets.forEach((target, index) => fs.writeFileSync(path.join(folder, String(index)), outputs.get(target)));
  for (const place of new Set(targets.map((target) => path.dirname(target)))) fs.mkdirSync(place, { recursive: true });
  targets.forEach((target, index) => fs.renameSync(path.join(folder, String(index)), target));
  fs.rmdirSync(folder);
}

/** Removes code, source maps and declarations that belong to no source. */
function removeOrphans(root, outputs, projects) {
  for (const file of projects.flatMap(({ to }) => sourcesIn(root, to, /\.(js|js\.map|d\.ts)$/)))
    if (!outputs.has(file.replace(/\.(js\.map|d\.ts)$/, ".js"))) fs.rmSync(path.join(root, file));
}

/** Runs `work` while no other process builds this checkout. */
function locked(root, work) {
  const lock = path.join(root, lockFile);
  fs.mkdirSync(path.dirname(lock), { recursive: true });
  while (!takes(lock)) {
    if (isAbandoned(lock)) fs.rmSync(lock, { force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
  try {
    return work();
  } finally {
    fs.rmSync(lock, { force: true });
  }
}

function takes(lock) {
  try {
    fs.writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** Its process has ended, or is on another machine and has had five minutes. */
function isAbandoned(lock) {
  try {
    if (Date.now() - fs.statSync(lock).mtimeMs > 300_000) return true;
    const pid = Number(fs.readFileSync(lock, "utf8"));
    // Not yet written.
    if (pid !== 0) process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

if (require.main === module) {
  const root = path.resolve(__dirname, "..", "..");
  try {
    if (process.argv[2] === "--clean") exports.clean(root);
    else exports.build(root);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
