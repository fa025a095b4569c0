/** The steps before a hand-out's: who approved what rules do by themselves, and the rules as deployed. */
import { sha256 } from "@defender-mssp/siem/signed/openEnvelope";
import type { AccessReport } from "../../findings/accessReport";
import { beginStep, type StepRequest } from "../../access/signed/nextStep";
import { reportState } from "../../access/state/readState";
import { readDeployment } from "../../stack/deployment";
import { writeSigned } from "./run";

/** Nothing without a key, and no step of what there is not. @param page the hand-out's file, beside which they stand */
export async function signRules({ stack, detectionApproval }: AccessReport, page: string, request: StepRequest) {
  if (!(request.signWith ?? request.environment["MSSP_SIGN_WITH"])) return;
  const { resources } = reportState(await readDeployment(stack, request));
  const rules = resources
    .filter(({ kind }) => kind === "detectionRule")
    .map(({ name, inputs }) => ({ name, ...inputs }));
  const digests = rules.map((rule) => ({ name: rule.name, sha256: sha256(JSON.stringify(rule)) }));
  const steps = [
    { kind: "approval", content: detectionApproval, says: { ...detectionApproval } },
    { kind: "rules", content: rules.length === 0 ? undefined : rules, says: { rules: digests } },
  ] as const;
  for (const { kind, content, says } of steps) {
    const step = content && (await beginStep(request));
    if (step === undefined) continue;
    await writeSigned(step, kind, { [`${page}.${kind}.json`]: `${JSON.stringify(content, undefined, 2)}\n` }, says);
  }
}
