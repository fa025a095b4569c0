/**
 * `mssp fleet status --kubeconfig`: the Stack objects of the Pulumi Kubernetes Operator, as kubectl
 * has them.
 */
import { z } from "zod";
import { VisibleError } from "@defender-mssp/errors";
import { oneLine } from "../view";
import { tableText, type TextCell } from "@defender-mssp/terminal/table";

/**
 * `stalled`: the operator waits for a change of the object, such as the annotation
 * `pulumi.com/reconciliation-request`.
 */
export type OperatorState = "stalled" | "ready" | "running";

export interface OperatorStack {
  readonly name: string;
  readonly stack: string;
  readonly state: OperatorState;
  /** The operator's message. */
  readonly message: string;
}

const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(""),
  message: z.string().default(""),
});
const list = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ stack: z.string() }),
      status: z.object({ conditions: z.array(condition).default([]) }).prefault({}),
    }),
  ),
});

/** @throws VisibleError where kubectl is not there or fails. */
export async function operatorStacks(kubeconfig: string, namespace: string): Promise<OperatorStack[]> {
  const { execa } = await import("execa");
  const args = ["--kubeconfig", kubeconfig, "--namespace", namespace, "get", "stacks.pulumi.com", "--output", "json"];
  const { exitCode, stdout, stderr, failed } = await execa("kubectl", args, { reject: false, stdin: "ignore" });
  if (failed) {
    const reason = exitCode === undefined ? "it can't be started" : oneLine(stderr.trim());
    throw new VisibleError(`kubectl could not list the Stack objects in the namespace ${namespace}: ${reason}.`);
  }
  return operatorStates(JSON.parse(stdout));
}

/** The stalled ones first. */
export function operatorStates(answer: unknown): OperatorStack[] {
  const found = list.parse(answer).items.map(({ metadata, spec, status }): OperatorStack => {
    const active = (type: string) => status.conditions.find((one) => one.type === type && one.status === "True");
    const shown = active("Stalled") ?? active("Ready") ?? active("Reconciling");
    const state = shown?.type === "Stalled" ? "stalled" : shown?.type === "Ready" ? "ready" : "running";
    const message = [shown?.reason ?? "", shown?.message ?? ""].filter((part) => part !== "").join(": ");
    return { name: metadata.name, stack: spec.stack, state, message };
  });
  const rank = ({ state }: OperatorStack) => ["stalled", "running", "ready"].indexOf(state);
  return found.sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

export function operatorText(objects: readonly OperatorStack[]): string {
  const colors = { stalled: "red", running: "yellow", ready: "green" } as const;
  const rows = objects.map(({ name, stack, state, message }): TextCell[] => [
    name,
    stack,
    { text: state, color: colors[state] },
    oneLine(message),
  ]);
  const stalled = objects.filter(({ state }) => state === "stalled").length;
  const hints = [
    ...(stalled === 0
      ? []
      : [
          "The operator retries a stalled object only after the object changes: set its annotation pulumi.com/reconciliation-request.",
        ]),
    // The workspace is not looked at again by the annotation alone.
    ...(objects.some(({ state, message }) => state === "stalled" && message.startsWith("WorkspaceFailed"))
      ? ["After WorkspaceFailed, delete the pod <object>-workspace-0 first."]
      : []),
  ];
  const table = tableText([["object", "stack", "state", ""], ...rows]);
  return [table, `${objects.length} objects, ${stalled} stalled.`, ...hints, ""].join("\n");
}
