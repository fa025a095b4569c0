// The floors of the project: an import goes down, never up, and no module imports itself around a
// corner. Type-only imports count. `npm run boundaries` checks them; it is part of `npm run lint`.
"use strict";

const anything =
  "^(index\\.ts$|launcher\\.js$|(settings|components|guardrails|policy|extensions|cli|plugin|packages|dev|test|examples)/)";
const product = "^(index\\.ts$|launcher\\.js$|(settings|components|guardrails|policy|extensions|cli|plugin)/)";
const microsoft = "^packages/microsoft/";

/** Of this repository, modules in `from` import only their own folder's and `allowed`. */
function floor(folder, allowed, comment) {
  return {
    name: folder.replace(/^packages\//, "").replace(/\/src$/, ""),
    severity: "error",
    comment,
    from: { path: `^${folder}/` },
    to: { path: anything, pathNot: [`^${folder}/`, ...allowed] },
  };
}

/** Modules in `from` import those in `to` by a package's name, never by a relative path. */
function byName(name, from, to) {
  return { name, severity: "error", from, to: { path: to, dependencyTypesNot: ["aliased-workspace"] } };
}

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    floor("packages/microsoft/src", [], "Microsoft's facts and clients depend on nothing of this repository."),
    floor("packages/pages/src", [], "Pages know their design and nothing of this repository."),
    floor("packages/engine/src", [microsoft], "The engine's package knows Microsoft's alone."),
    floor(
      "packages/sandbox/src",
      [microsoft, "^packages/engine/", "^packages/pages/"],
      "The sandbox knows microsoft, engine and pages.",
    ),
    floor("guardrails", [microsoft], "Guardrails are pure functions that settings and policy ask."),
    floor("settings", ["^guardrails/", microsoft], "Settings know no component and no command."),
    floor(
      "components",
      // Names, limits and prerequisites are facts; the configuration itself reaches components as
      // arguments only.
      ["^settings/(naming|omittedParts|prerequisites)\\.ts$", "^guardrails/", microsoft],
      "Components take arguments and never read the configuration.",
    ),
    floor(
      "policy",
      ["^components/", "^settings/", "^guardrails/", microsoft],
      "The policy pack judges what components declare, by the settings.",
    ),
    floor("plugin", ["^components/", "^settings/", "^guardrails/", microsoft], "The plugin serves the components."),
    floor("extensions", ["^components/", "^settings/", "^guardrails/", microsoft], "Extensions use the components."),
    floor("examples", ["^components/(azure/)?index\\.ts$"], "Examples import what the package exports, by its name."),
    floor("cli", ["^components/", "^settings/", "^guardrails/", "^packages/"], "Commands import down."),
    {
      name: "product-without-sandbox",
      comment: "Of the product, only these commands may use the engine's and the sandbox's packages.",
      severity: "error",
      from: { path: product, pathNot: "^cli/(start|sandbox|engine)/" },
      to: { path: "^packages/(engine|sandbox)/" },
    },
    {
      name: "packages-without-product",
      comment: "A package, its tests included, could leave this repository.",
      severity: "error",
      from: { path: "^packages/" },
      to: { path: anything, pathNot: "^packages/" },
    },
    // A package is imported by its name, through its exports; only its own files reach into it.
    byName("packages-by-name", { pathNot: "^packages/" }, "^packages/"),
    ...["microsoft", "engine", "sandbox", "pages"].map((name) =>
      byName(`${name}-imports-by-name`, { path: `^packages/${name}/` }, `^packages/(?!${name}/)`),
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)dist/" },
    tsPreCompilationDeps: true,
    // The packages' names stand in the workspaces of the root's package.json.
    combinedDependencies: true,
    tsConfig: { fileName: "tsconfig.check.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["source", "require", "node", "default", "types"],
    },
  },
};
