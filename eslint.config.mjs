import prettier from "eslint-config-prettier";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", ".sandbox/**"] },
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
    files: ["test/**/*.ts", "packages/*/test/**/*.ts"],
    rules: {
      // mocha's describe and it return what need not be awaited; assertions read better without
      // guards.
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
);
