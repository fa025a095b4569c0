/** Facts that have one home: what only that module may spell out. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(__dirname, "..");

interface Fact {
  readonly fact: string;
  readonly pattern: RegExp;
  readonly homes: readonly string[];
  /** Where the fact holds. @default everything that is published */
  readonly within?: RegExp;
  /** Lines that tell readers about the fact, and don't count. @default none */
  readonly except?: RegExp;
}

/** Comments, and examples of settings. */
const forReaders = /^\s*(\/\/|\/\*|\*[ /]|\*$|example:).*$/gm;

/** Samples of what others write have their own. */
const program = /^(?!packages\/|extensions\/)/;

const facts: readonly Fact[] = [
  {
    fact: "the parts of a URN",
    pattern: /split\("::"\)|split\("\$"\)/,
    homes: ["domain/urn.ts", "packages/plugins/src/protocol/urn.ts"],
  },
  {
    fact: "the last segment of a path",
    pattern: /split\("\/"\)\.at\(-1\)/,
    homes: [],
    within: /^(?!packages\/|dev\/)/,
  },
  {
    // Three answer "not known" then, one gets the challenge of a vault.
    fact: "a refusal that is an answer, no error",
    pattern: /\baccept(:| =) \[[^\]]*\b40[13]\b/,
    homes: [
      "packages/microsoft/src/azure/keyVaultSecrets.ts",
      "packages/microsoft/src/graph/conditionalAccess.ts",
      "packages/microsoft/src/graph/deletedItem.ts",
      "packages/microsoft/src/graph/tenantFeatures.ts",
    ],
  },
  { fact: "the form of a UUID", pattern: /\/\^\[0-9a-f\]\{8\}.*\{12\}\$\//, homes: ["packages/microsoft/src/uuid.ts"] },
  {
    fact: "the engine's unknown text",
    pattern: /04da6b54-80e4-46f7-96ec-b56ff0331ba9/,
    homes: ["packages/microsoft/src/providers/provider.ts"],
  },
  {
    fact: "which cloud a command calls",
    pattern: /\["ARM_ENVIRONMENT"\] \?/,
    homes: ["cli/tenant/tenantEndpoints.ts"],
  },
  {
    fact: "a stack's state",
    pattern: /"stack", "export"|pending_operations/,
    homes: ["cli/stack/deployment.ts"],
    within: /^cli\//,
  },
  {
    fact: "the token of a resource type",
    pattern:
      /azuread:index|pulumi-nodejs:dynamic|defender-mssp:index|azure-native:|random:index|pulumi:providers|pulumi:pulumi:Stack/,
    homes: ["domain/resourceTypes.ts"],
    within: program,
    except: forReaders,
  },
  {
    fact: "which kind of access a resource type is of",
    pattern: /\b(azuread|azureNative|dynamic)\(\s*"([a-z]+:)?[A-Z]/,
    homes: ["domain/resourceTypes.ts"],
    within: /^(cli|program|settings|domain\/(?!kinds\/))/,
  },
  {
    fact: "the name of a resource in each state",
    pattern:
      /["`]customer-(access|siem|guest)\b|\w\(\s*"customer"[,)]|["`](handover|delegation)-[a-z]|"stack-identity"|\$\{\w+\}-(siem|guest)\b|\$\{name\}-access\b/,
    homes: ["domain/resourceNames.ts"],
    within: program,
    except: forReaders,
  },
  { fact: "part k of n", pattern: /=== (part\.)?k - 1/, homes: ["cli/selection/part.ts"] },
];

describe("One fact, one home", () => {
  const folders = ["cli", "components", "domain", "extensions", "packages", "plugin", "policy", "program", "settings"];
  const listed = execFileSync(
    "git",
    ["ls-files", "--cached", "--others", "--exclude-standard", "index.ts", ...folders],
    { cwd: root, encoding: "utf8" },
  );
  const files = listed.split("\n").filter((file) => /\.ts$/.test(file) && !/^packages\/[^/]+\/test\//.test(file));
  const texts = new Map(files.map((file) => [file, readFileSync(path.join(root, file), "utf8")]));

  for (const { fact, pattern, homes, within = /^/, except = /(?!)/g } of facts) {
    it(`${fact}: only in ${homes.join(", ") || "its function"}`, () => {
      const places = files.filter(
        (file) => within.test(file) && pattern.test((texts.get(file) ?? "").replace(except, "")),
      );
      assert.deepEqual(places.sort(), [...homes].sort());
    });
  }
});
