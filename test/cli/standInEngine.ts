/**
 * In the place of the Pulumi engine: a script that prints the outputs and the states that a test
 * gives it. Tests with the real engine prove that it prints them so.
 */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { engineVersion } from "@defender-mssp/engine";

const script = `#!/bin/sh
command="$1 $2"
verb=$3 name=$4 value=$5
stack= secrets=
while [ $# -gt 0 ]; do
  case "$1" in
    --stack) stack=$2; shift;;
    --show-secrets) secrets=-secrets;;
  esac
  shift
done
cd "$(dirname "$0")/../../../stacks" || exit 1
if [ "$command" = "stack ls" ]; then
  cat list.json
  exit
fi
if [ ! -e "$stack.state.json" ]; then
  echo "error: no stack named '$stack' found" >&2
  exit 255
fi
case "$command" in
  "stack output") cat "$stack.outputs$secrets.json";;
  "stack export") cat "$stack.state.json";;
  "stack history") cat "$stack.history.json" 2>/dev/null || echo "[]";;
  "stack tag") case "$verb" in
    ls) echo "{"; sed '$!s/$/,/' "$stack.tags" 2>/dev/null; echo "}";;
    get) sed -n "s/^\\"$name\\": \\"\\(.*\\)\\"/\\1/p" "$stack.tags" 2>/dev/null | tail -1;;
    set) echo "\\"$name\\": \\"$value\\"" >> "$stack.tags";;
    esac;;
  *) echo "error: the stand-in of the engine does not know $command" >&2; exit 255;;
esac
`;

export class StandInEngine {
  readonly #stacks: { readonly name: string }[] = [];

  private constructor(private readonly home: string) {}

  /** @param home a new Pulumi home */
  static async create(home: string): Promise<StandInEngine> {
    const bin = path.join(home, "versions", engineVersion(), "bin");
    await mkdir(bin, { recursive: true });
    await mkdir(path.join(home, "stacks"));
    await writeFile(path.join(bin, "pulumi"), script);
    await chmod(path.join(bin, "pulumi"), 0o755);
    return new StandInEngine(home);
  }

  get variables(): Readonly<Record<string, string>> {
    return { PULUMI_HOME: this.home, PULUMI_VERSION: engineVersion() };
  }

  /** A stack with these outputs; without outputs, nothing is deployed. */
  async addStack(name: string, outputs?: Readonly<Record<string, unknown>>): Promise<void> {
    const file = path.join(this.home, "stacks", name);
    this.#stacks.push({ name });
    await writeFile(path.join(this.home, "stacks", "list.json"), JSON.stringify(this.#stacks));
    const urn = `urn:pulumi:${name}::defender-mssp::pulumi:pulumi:Stack::defender-mssp-${name}`;
    const shown = printed(outputs ?? {}, () => "[secret]");
    const stack = { urn, custom: false, id: "", type: "pulumi:pulumi:Stack", outputs: shown };
    const deployment = outputs === undefined ? {} : { resources: [stack] };
    await writeFile(`${file}.outputs.json`, JSON.stringify(shown));
    await writeFile(
      `${file}.outputs-secrets.json`,
      JSON.stringify(printed(outputs ?? {}, (text) => JSON.parse(text) as unknown)),
    );
    await writeFile(`${file}.state.json`, JSON.stringify({ version: 3, deployment }));
  }
}

/** Outputs as the engine prints them; `secretOutput` of the testkit marks a secret. */
function printed(
  outputs: Readonly<Record<string, unknown>>,
  secret: (text: string) => unknown,
): Record<string, unknown> {
  const entries = Object.entries(outputs).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([name, value]) => {
      const { plaintext } = Object(value) as { plaintext?: unknown };
      return [name, typeof plaintext === "string" ? secret(plaintext) : value];
    }),
  );
}
