/**
 * `Pulumi.yaml`, whose settings come from the declarations in settings/. `npm run docs` writes it,
 * `npm run docs:check` compares it.
 */
import { Document, Scalar } from "yaml";
import { settingsReference, type SettingReference } from "../../settings/reference";

const runtime = `runtime:
  name: nodejs
  options:
    typescript: false
`;

/** Lines that name the host of dynamic resources, by its folder. */
const dynamicHost = (
  folder: string,
) => `# What runs dynamic resources, in place of Pulumi's own host: it runs no code that a state holds.
plugins:
  providers:
    - name: pulumi-nodejs
      path: ${folder}
`;

const head = `name: defender-mssp
description: Grants a managed security service provider (MSSP) access to a customer's Microsoft Defender, one stack for each customer.
${runtime}main: launcher.js
${dynamicHost("program/dynamicHost")}
# Generated from settings/ by \`npm run docs\`: every setting of a stack. The program checks the values and reports all errors together.
`;

/** Of a repository of customers: `mssp init` and `pulumi new` put the names in. */
const templateHead = `name: \${PROJECT}
description: \${DESCRIPTION}
${runtime}# The program: package.json names it, because \`pulumi new\` refuses a \`main\` that is not installed yet. If npm nests packages, name it here, too:
# main: node_modules/defender-mssp/launcher.js
stackConfigDir: customers

template:
  description: A repository of the customers whose Microsoft Defender a security service provider watches
  quickstart: |
    Run \`npm install\`, then \`npx mssp start\` to onboard a customer on the sandbox, and \`npx mssp new\` for the next one.
    Each stack's state contains the project's name: do not change it.

# Every setting of a stack. The program checks the values and reports all errors together.
`;

const whyNoTypes = `#
# No setting has a \`type\`: with one, the engine itself refuses the first value of another type ("must be of type 'array<object>'"),
# before the program can report all errors, and it refuses \`pulumi destroy\` too. For the same reason a required setting has the
# default "", which counts as not set: without it, the engine names the missing keys but not what is allowed.
`;

/** The text of `Pulumi.yaml`. */
export function generatePulumiYaml(): string {
  return head + whyNoTypes + schema();
}

/** The text of `Pulumi.yaml` in a repository of customers. */
export function generateTemplatePulumiYaml(): string {
  return templateHead + whyNoTypes + schema();
}

function schema(): string {
  const topLevel = settingsReference().filter(({ key }) => /^\w+$/.test(key));
  const config = topLevel.map((setting) => [setting.key, { description: folded(textOf(setting)), default: "" }]);
  return new Document({ config: Object.fromEntries(config) as object }).toString({ lineWidth: 100 });
}

function folded(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.type = Scalar.BLOCK_FOLDED;
  return scalar;
}

function textOf({ description, required, default: fallback, values }: SettingReference): string {
  return `${description} ${required ? "Required" : `Default: ${fallback}`}. Allowed: ${values}.`;
}
