import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";
import { namedRooms, names } from "./dev/lint/names.js";

/** The files of the commands that may read the process itself. */
const worldOfProcess = [
  // Processes and threads of their own.
  "cli/sandbox/sandbox/detachedServer.ts",
  "cli/fleet/{customerProgram,jobRun}.ts",
  // Where Node.js finds an optional package.
  "cli/base/installation.ts",
];

/** A path of Graph. A selector's pattern can't contain a slash. */
const graphPath = String.raw`\u002f(v1\\?\.0|beta)($|\\|\u002f)`;

/** A path of Azure Resource Manager, whose text for people has no values. */
const armPath = String.raw`\u002f(subscriptions\u002f|providers\\?\u002fMicrosoft)`;

/** A spread of an object literal in another: only saves lines. */
const literalSpread = {
  selector: "ObjectExpression > SpreadElement > ObjectExpression",
  message: "Write these as plain properties.",
};

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", ".sandbox/**", ".packages/**", "test/compat/*/*/project/**"] },
  {
    files: ["**/*.{ts,tsx}"],
    extends: [...tseslint.configs.strictTypeChecked, prettier],
    languageOptions: {
      parserOptions: {
        project: ["./tsconfig.check.json"],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // Ports, counts and status codes read well in a template.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      // Taking a property out of an object by name.
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // Load an own module when it is needed: `require("./x") as typeof import("./x")` where the
      // code is synchronous or esbuild bundles it, `await import("./x.js")` everywhere else.
      "@typescript-eslint/no-require-imports": ["error", { allow: ["^\\./"] }],
    },
  },
  {
    // A command gets its world as a session (packages/terminal/src/session.ts).
    files: ["cli/**/*.ts", "packages/siem/src/**/*.ts"],
    ignores: worldOfProcess,
    rules: {
      "no-restricted-properties": [
        "error",
        ...["env", "cwd", "stdin", "stdout", "stderr", "exitCode", "argv"].map((property) => ({
          object: "process",
          property,
          message: "Take it from the session, or as an argument.",
        })),
      ],
    },
  },
  {
    files: ["**/*.{ts,tsx}"],
    ignores: ["**/test/**"],
    rules: { "no-restricted-syntax": ["error", literalSpread] },
  },
  {
    // Only packages/microsoft knows a path of Graph or Azure; the sandbox serves them.
    files: ["**/*.{ts,tsx}"],
    // The search calls as an administrator of the customer does, not as the program.
    ignores: ["packages/{microsoft,sandbox,plugins,testkit}/**", "**/test/**", "dev/search/{acts,use}.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        literalSpread,
        ...[
          `Literal[value=/${graphPath}/]`,
          `Literal[regex.pattern=/${graphPath}/]`,
          `TemplateElement[value.raw=/${graphPath}/]`,
        ].map((selector) => ({ selector, message: "Import the resource from packages/microsoft/src/graph." })),
        ...[`Literal[regex.pattern=/${armPath}/]`, `TemplateElement[value.raw=/${armPath}/]`].map((selector) => ({
          selector,
          message: "Import the path from packages/microsoft/src/azure.",
        })),
      ],
    },
  },
  { files: namedRooms, plugins: { names }, rules: { "names/nouns": "error" } },
  {
    files: ["test/**/*.ts", "packages/*/test/**/*.ts"],
    rules: {
      // mocha's describe and it return what need not be awaited; assertions read better without
      // guards.
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
);
