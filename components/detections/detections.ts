import type { DetectionApiVersion, DetectionRuleProperties, FoundInTenant } from "@defender-mssp/microsoft";
import * as pulumi from "@pulumi/pulumi";
import { detectionRuleResource } from "../../domain/resourceNames";
import { component } from "../../domain/resourceTypes";
import { setOutputs } from "../outputs";
import { DetectionRule } from "./detectionRule";

/** A rule of the repository as this customer gets it. */
export interface DeclaredDetection {
  /** Name of the rule's file without its ending. */
  readonly name: string;
  readonly properties: DetectionRuleProperties;
  readonly firstRun: "disabled" | "backfill";
  readonly overwriteEditsUntil?: string;
  readonly foundInTenant?: FoundInTenant;
}

export interface DetectionsArgs {
  /** The customer's tenant ID, a UUID. */
  readonly tenantId: string;
  readonly apiVersion: DetectionApiVersion;
  readonly rules: readonly DeclaredDetection[];
}

/**
 * Custom detection rules of the repository in the customer's tenant: a `DetectionRule` for each.
 * `prepareDetections` reads the files and the tenant, and declares it.
 *
 * ## Least privileges
 * Those of `DetectionRule`; a preview reads with `CustomDetection.Read.All`.
 */
export class Detections extends pulumi.ComponentResource {
  /** ID of each rule in the tenant, by the name of its file. */
  declare public readonly ruleIds: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: DetectionsArgs, opts?: pulumi.ComponentResourceOptions) {
    super(component("Detections"), name, {}, opts);
    const { tenantId, apiVersion } = args;
    for (const { name: rule, properties, ...others } of args.rules) {
      const { id: ruleId, ...contents } = properties;
      new DetectionRule(
        detectionRuleResource(name, rule),
        { tenantId, apiVersion, ruleId, ...(contents as ResourceContents), ...others },
        { parent: this },
      );
    }
    const ids = Object.fromEntries(args.rules.map((rule) => [rule.name, rule.properties.id]));
    this.registerOutputs(setOutputs<Detections>(this, { ruleIds: pulumi.output(ids) }));
  }
}

/** The same, for arguments that may be outputs and are not `readonly`. */
type ResourceContents = Pick<
  ConstructorParameters<typeof DetectionRule>[1],
  "displayName" | "description" | "status" | "queryCondition" | "schedule" | "detectionAction"
>;
