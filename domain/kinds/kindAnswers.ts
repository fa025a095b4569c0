/** What a kind answers to `mssp adopt` and to the evidence. */
import { notApplicable, type KindCell } from "@defender-mssp/tenant";

/** What an adoption does with a kind; not applicable where an onboarding by hand leaves none of it. */
export type KindAdoption = KindCell<ListedKind | PartKind | UnsearchedKind>;

/** Objects that `destroy` may keep, by the word with which `--mssp-owns` names them. */
export type OwnedKind = "guests" | "groups" | "application" | "accessPackages";

/** Each object of the kind has a line of its own in the plan. */
interface ListedKind {
  readonly search: "listed";
  /** Absent for roles, consents and credentials, which `destroy` deletes. */
  readonly owned?: OwnedKind;
}

/** Read with the object that has it. */
interface PartKind {
  readonly search: "part";
  /** As for a listed kind. */
  readonly owned?: OwnedKind;
  /** Why nobody looks without a server for Defender's settings: a clause. */
  readonly withoutDefenderEndpoint?: string;
}

/** Nobody looks: the plan names the kind and the reason, a clause. */
interface UnsearchedKind {
  readonly search: "none";
  readonly why: string;
}

export const listed = { search: "listed" } as const;
export const part = { search: "part" } as const;
export const ofAzure = {
  search: "none",
  why: "adopt signs in to Microsoft Graph only: look in the Azure portal",
} as const;

/** Those who act in the tenant through a kind, or why nobody does, as the end of a sentence after "Not applicable:". */
export type EvidenceSubject = KindCell<LookedSubject | UnseenSubject>;

interface LookedSubject {
  /** Plural, as in "Not looked for: …". */
  readonly who: string;
  /** The state names them, the environment does, or only the tenant, with the kind's permissions to read. */
  readonly from: "state" | "environment" | "tenant";
}

interface UnseenSubject {
  readonly who: string;
  readonly from: "nowhere";
  /** Why evidence can't show what they did: a clause. Evidence of a stack with the kind has this gap. */
  readonly why: string;
}

export const givesItsHolder = notApplicable("who has it is a subject already: a guest, or an application");
export const ofTheApplication = notApplicable("the application that it belongs to is a subject");
export const azureActivityLog =
  "what they do is in the activity log of the subscription (Azure Monitor), which this does not read";
