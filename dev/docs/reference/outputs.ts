/**
 * docs/reference/outputs.md: the outputs of the program. Their names and types are those of what
 * index.ts returns; their descriptions are the docstrings of CustomerOnboarding, and their order
 * is that of domain/programOutputs.ts.
 */
import path from "node:path";
import ts from "typescript";
import type { AddedOutputName } from "../../../domain/programOutputs";
import { root } from "../files";

/** Outputs that index.ts adds to the component's. */
const programOutputs: Readonly<Record<string, string>> = {
  cloud: "The cloud that the customer's tenant is in.",
  handover:
    "Where the client secret is in the MSSP's Key Vault: `vaultName`, `secretName`, `secretUri`, `subscriptionId`.",
  azureDelegation: "What Azure Lighthouse delegates (`scope`), and with which `roles`.",
  sentinelAccess:
    "Where the analysts' groups have roles in Azure (`scope`), for which workspace (`workspaceName`), and the `roles` by group.",
} satisfies Record<AddedOutputName, string>;

interface Output {
  readonly name: string;
  readonly description: string;
  readonly isOptional: boolean;
}

export function outputsPage(): string {
  return [
    "# Outputs",
    "",
    "`npx pulumi stack output --stack <stack>` prints a stack's outputs, `--json` as JSON. Outputs that do not " +
      "apply to the stack's settings are omitted. A map or a list without entries is printed empty.",
    "A secret is printed as `[secret]` unless `--show-secrets` asks for it.",
    "",
    ...outputs().flatMap(({ name, description, isOptional }) => [
      `## ${name}`,
      "",
      `${isOptional ? "_Not in every stack._ " : ""}${description}`,
      "",
    ]),
  ].join("\n");
}

/** The outputs in the order of domain/programOutputs.ts. Throws where one has no description. */
export function outputs(): readonly Output[] {
  const entry = path.join(root, "index.ts");
  const { config } = ts.readConfigFile(path.join(root, "tsconfig.check.json"), (file) => ts.sys.readFile(file)) as {
    config: object;
  };
  const program = ts.createProgram([entry], ts.parseJsonConfigFileContent(config, ts.sys, root).options);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const exported = source?.statements.find(ts.isExportAssignment);
  if (exported === undefined) throw new Error("index.ts exports no program.");
  const onboarding = declaredProperties(checker, program);
  const [signature] = checker.getSignaturesOfType(
    checker.getTypeAtLocation(exported.expression),
    ts.SignatureKind.Call,
  );
  const returned = signature && checker.getAwaitedType(checker.getReturnTypeOfSignature(signature));
  if (returned === undefined) throw new Error("index.ts doesn't export a function.");
  const order = definedOrder(program);
  const properties = [...checker.getPropertiesOfType(returned)];
  properties.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  return properties.map((symbol) => {
    const declared = onboarding.get(symbol.name);
    const description = declared === undefined ? (programOutputs[symbol.name] ?? "") : docsOf(checker, declared);
    if (description === "") throw new Error(`The output ${symbol.name} has no docstring in CustomerOnboarding.`);
    const type = checker.getTypeOfSymbol(symbol);
    const isOptional =
      (symbol.flags & ts.SymbolFlags.Optional) !== 0 ||
      (type.isUnion() && type.types.some(({ flags }) => (flags & ts.TypeFlags.Undefined) !== 0));
    return { name: symbol.name, description, isOptional };
  });
}

function definedOrder(program: ts.Program): readonly string[] {
  const definition = program
    .getSourceFile(path.join(root, "domain", "programOutputs.ts"))
    ?.statements.find(
      (statement): statement is ts.InterfaceDeclaration =>
        ts.isInterfaceDeclaration(statement) && statement.name.text === "ProgramOutputs",
    );
  if (definition === undefined) throw new Error("domain/programOutputs.ts has no interface ProgramOutputs.");
  return definition.members.map(({ name }) => name?.getText() ?? "");
}

function declaredProperties(checker: ts.TypeChecker, program: ts.Program): ReadonlyMap<string, ts.Symbol> {
  const source = program.getSourceFile(path.join(root, "components", "customerOnboarding.ts"));
  const component = source?.statements.find(
    (statement): statement is ts.ClassDeclaration =>
      ts.isClassDeclaration(statement) && statement.name?.text === "CustomerOnboarding",
  );
  if (component === undefined) throw new Error("components/customerOnboarding.ts has no class CustomerOnboarding.");
  const properties = checker.getPropertiesOfType(checker.getTypeAtLocation(component));
  return new Map(properties.map((property) => [property.name, property]));
}

function docsOf(checker: ts.TypeChecker, symbol: ts.Symbol): string {
  return ts.displayPartsToString(symbol.getDocumentationComment(checker)).replaceAll("\n", " ");
}
