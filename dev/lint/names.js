/** ESLint's rule for the names of CONTRIBUTING.md: nouns, and a file named as an export. */
"use strict";

const path = require("node:path");

/** Names of variables that say nothing about what they hold. */
const vague = new Set(["one", "found", "there", "wanted", "kept", "known", "given"]);

/** Files whose name is a role, not the name of an export. */
const roles = new Set(["index", "command", "main"]);

const messages = {
  of: '"{{name}}": name the function with its verb or noun, without "Of" at the end.',
  vague: '"{{name}}" does not say what it holds: give it its noun.',
  file: 'None of the exports is named "{{name}}": name the file as its export.',
};

function create(context) {
  const { sourceCode } = context;
  const report = (node, messageId, name) => context.report({ node, messageId, data: { name } });
  const asFunction = (id) => {
    if (id?.type === "Identifier" && /[a-z0-9]Of$/.test(id.name)) report(id, "of", id.name);
  };
  const asVariables = (node) => {
    for (const { name, identifiers } of sourceCode.getDeclaredVariables(node))
      if (vague.has(name) && identifiers[0] !== undefined) report(identifiers[0], "vague", name);
  };
  const isFunction = (init) => /^(Arrow)?Function(Expression)?$/.test(init?.type ?? "");
  return {
    FunctionDeclaration: (node) => (asFunction(node.id), asVariables(node)),
    FunctionExpression: asVariables,
    ArrowFunctionExpression: asVariables,
    MethodDefinition: ({ key }) => asFunction(key),
    VariableDeclaration: asVariables,
    VariableDeclarator: ({ id, init }) => isFunction(init) && asFunction(id),
    Program(node) {
      const name = path.basename(context.filename).replace(/\.[jt]sx?$/, "");
      const exported = node.body.flatMap(({ type, declaration }) =>
        type !== "ExportNamedDeclaration" || declaration === null
          ? []
          : (declaration.declarations ?? [declaration]).map(({ id }) => id?.name ?? ""),
      );
      if (exported.length === 0 || roles.has(name)) return;
      if (!exported.some((each) => each.toLowerCase() === name.toLowerCase()))
        report(node.body[0] ?? node, "file", name);
    },
  };
}

exports.names = { rules: { nouns: { meta: { type: "suggestion", schema: [], messages }, create } } };

/** Rooms whose names are in order. Another joins when its last name is mended. */
exports.namedRooms = [
  "cli/{access/signed,base/completion,planned,sandbox/{engine,rehearse},siem/retirements}",
  "cli/ci/{checkState,confirmDestroy,preview}",
  "cli/customer/upgrade",
  "cli/detections/{coverage,ruleTests,switch}",
  "cli/findings",
  "dev/{sdks,tests}",
  "packages/detections/src/ruleTests",
  "packages/{kql/src/schema,sandbox/src/seed,siem/src/{retirements,signed},testkit/src/sharedRuntime}",
  "program/sdk",
].map((room) => `${room}/**/*.ts`);
