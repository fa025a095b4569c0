/**
 * A kind of access: what this program creates, or what gives the MSSP access, whoever made it. Each
 * kind has its words and calls in `packages/tenant/src/kinds`, and in a file beside this one what settings, state and
 * program know of it.
 */
import type { AdditionsPartName } from "../additionsPartNames";
import type { StepName } from "../stepTitles";
import type { Permission } from "../writingPermissions";
import type { PrerequisiteSettings } from "../prerequisiteSettings";
import type { EvidenceSubject, KindAdoption } from "./kindAnswers";
import type { KindCell, TenantKind } from "@defender-mssp/tenant";

export { applicable, isNotApplicable, notApplicable, type KindCell, type NotApplicable } from "@defender-mssp/tenant";

/** Who removes an object of a kind. */
export type Removal =
  /** `pulumi destroy`, unless the object is adopted. */
  | { readonly by: "destroy"; readonly order: number }
  /**
   * It ends together with the object that has it, which its resource names in this property.
   * `property` is empty where no resource declares it.
   */
  | { readonly by: "owner"; readonly owner: string; readonly property: string; readonly order: number }
  /** A person, in this way: one sentence. */
  | {
      readonly by: "person";
      /** The step of an onboarding at which people give it. */
      readonly given: KindCell<StepName>;
      /** How the customer ends it, in a sentence. `{mssp}` and `{entra}` stand for names. */
      readonly end: string;
      readonly step: string;
      readonly order: number;
      /** What the person must do before `destroy`, which fails or leaves the access otherwise: sentences. */
      readonly beforeDestroy: KindCell<string>;
    }
  /** Nothing of it is in a tenant: it ends with the stack's state. */
  | { readonly by: "state" };

/** What an application with few permissions does with objects that it owns, or that grant nothing. */
export interface Keeping {
  readonly operations: readonly ("create" | "update" | "delete")[];
  readonly write: readonly Permission[];
  /** @default with any settings */
  readonly when?: (settings: PrerequisiteSettings) => boolean;
}

export interface AccessKind extends TenantKind {
  /** Tokens of the resources in a state that are of this kind. A token belongs to one kind. */
  readonly types: KindCell<readonly string[]>;
  /**
   * Token of the component that declares its resources, where another kind has resources of the same
   * type.
   */
  readonly within?: string;
  /** The setting, or the fixed text, that its name comes from. */
  readonly name: KindCell<string>;
  /** Where an object has the stack's mark. */
  readonly mark: KindCell<string>;
  /** What it gives the MSSP, as the end of a sentence that begins with "It". */
  readonly grants: KindCell<string>;
  /**
   * Properties that grant, and the name of the policy rule that compares each with the settings. Absent where
   * `policy/grantingProperties.ts` has those of the kind's types.
   */
  readonly judged?: KindCell<Readonly<Record<string, string>>>;
  /** Whether a stack with these settings has objects of this kind. */
  readonly isExpected: (settings: PrerequisiteSettings) => boolean;
  /** What creates, changes and deletes it, with these settings. */
  readonly write: KindCell<(settings: PrerequisiteSettings) => readonly Permission[]>;
  /** What a keeper does with it. Absent: nothing, the automation does. */
  readonly keep?: Keeping;
  /** The looks that find what somebody added. */
  readonly additions: KindCell<readonly AdditionsPartName[]>;
  /** The licence that the tenant must have. */
  readonly licence: KindCell<string>;
  /**
   * Properties of an adopted object that stay as somebody set them by hand: names, descriptions and
   * marks, and what no argument of this program sets.
   */
  readonly leftWhenAdopted: KindCell<readonly string[]>;
  /** What an adoption does with it; not applicable where an onboarding by hand leaves none of it. */
  readonly adoption: KindAdoption;
  /** Those who act in the tenant through it, or why nobody does. */
  readonly evidence: EvidenceSubject;
  readonly removal: Removal;
  /** What stays after the removal, and why. */
  readonly stays: KindCell<string>;
}

/** Order of removal: what gives access first, then what people and applications are, then what holds them. */
export const removalOrder = {
  assignment: 1,
  grant: 2,
  credential: 3,
  definition: 4,
  principal: 5,
  container: 6,
  trust: 7,
  /** Last: without it nothing can be read or removed. */
  automation: 8,
} as const;
