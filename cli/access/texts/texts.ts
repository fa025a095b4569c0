/** The texts of the hand-out and the certificate for a customer, one file for each language. Each has all of them. */
import { type UnlookedWay } from "@defender-mssp/tenant";
import type { Words } from "@defender-mssp/pages";
import type { PersonEndedKind } from "../../../domain/kinds/kinds";
import type { Capability } from "../objects/capabilities";
import type { ObjectKind } from "../objects/kindInReport";
import type { stayingAccess } from "../../../domain/stayingAccess";
import type { certificate } from "./certificate";
import type { KindText } from "../objects/kindWords";
import type { SignatureWords } from "../signed/signatureSection";

export const languages = ["en", "de", "fr", "es", "ja"] as const;
export type Language = (typeof languages)[number];

/**
 * `{mssp}`, `{customer}`, `{tenant}`, `{date}` and `{portal}` stand for names and addresses. Names of
 * menus stay English, as Microsoft's English documents have them.
 */
export interface Texts {
  /** The words that the pages add by themselves. */
  readonly words: Words;
  readonly kinds: Readonly<Record<ObjectKind, KindText>>;
  /** What an application role lets the connector do, by the role's name. */
  readonly roles: Readonly<Record<string, string>>;
  /** Only where the connector may change something; `{approver}` and `{until}` are of the settings. */
  readonly approval: string;
  /** Only where detection rules act by themselves; `{actionsApprover}`, `{actionsUntil}` and `{actions}` are of the settings. */
  readonly detectionApproval: string;
  readonly title: string;
  readonly subtitleBefore: string;
  readonly subtitleAfter: string;
  /** `{contact}`: the MSSP's address and telephone number. */
  readonly contact: string;
  readonly noSecret: string;
  readonly mail: {
    readonly subject: string;
    readonly before: string;
    readonly after: string;
    /** In the mail, only where there is a link to consent. */
    readonly consent: string;
  };
  /** About the applications to which the customer consents, before and after. */
  readonly consent: {
    readonly titleBefore: string;
    readonly titleAfter: string;
    readonly intro: string;
    /** What the consent page shows. */
    readonly see: string;
    readonly more: string;
    readonly undo: string;
    readonly uses: Readonly<Record<"automation" | "preview" | "connector", string>>;
    readonly name: string;
    readonly applicationId: string;
    readonly permission: string;
    readonly permissionName: string;
    /** Where Microsoft's words for a permission say less than it allows. */
    readonly defender: string;
    readonly link: string;
    readonly extension: string;
    readonly none: string;
  };
  readonly who: {
    readonly title: string;
    /** `{names}` are people. */
    readonly people: string;
    /** `{names}` are people whom no right reaches: their access has ended, or not begun. */
    readonly idle: string;
    readonly nobody: string;
    readonly onRequest: string;
    readonly siemReads: string;
    readonly siemWrites: string;
    readonly noSiem: string;
    readonly automation: string;
    readonly columns: Readonly<Record<"who" | "by" | "may" | "mayNot" | "until", string>>;
    readonly automationRow: string;
    readonly previewRow: string;
    readonly siemRow: string;
    readonly requestRow: string;
    readonly groupRow: string;
    readonly automationMay: string;
    /** Where the automation may grant itself further permissions. */
    readonly widens: string;
    readonly widensAll: string;
    readonly othersNot: string;
    readonly previewMay: string;
    readonly changeNot: string;
    readonly untilDeleted: string;
    readonly afterApproval: string;
    readonly eligible: string;
    readonly nothing: string;
    readonly directoryRole: string;
    readonly rawNames: string;
    readonly capabilities: Readonly<Record<Capability, string>>;
    readonly pictureTitle: string;
    readonly pictureText: string;
    readonly pictureColumns: Readonly<Record<"mssp" | "who" | "by" | "identity" | "right", string>>;
  };
  readonly objects: {
    readonly titleBefore: string;
    readonly titleAfter: string;
    readonly intro: string;
    readonly kind: string;
    readonly name: string;
    readonly meaning: string;
    /** Members, or groups that have a role. */
    readonly who: string;
    readonly objectId: string;
    readonly since: string;
    readonly until: string;
  };
  readonly ends: { readonly title: string; readonly intro: string };
  /** What Microsoft ends. `{date}` is a day or a month. */
  readonly retirements: Readonly<
    Record<
      "title" | "intro" | "what" | "when" | "successor" | "usedBy" | "ended" | "mayBeOff" | "ends" | "undated",
      string
    >
  >;
  readonly check: {
    readonly title: string;
    readonly intro: string;
    readonly analysts: string;
    readonly roles: string;
    readonly packages: string;
    readonly connector: string;
    readonly logs: string;
    readonly notifications: string;
    readonly detections: string;
    readonly trust: string;
    readonly azure: string;
    readonly sentinel: string;
    /** What no role lets a guest do in the Defender portal. */
    readonly guestLimits: string;
  };
  /** Kinds of access that are no object, in the plural, by their key. */
  readonly withoutObject: Readonly<Record<string, string>>;
  readonly ways: Readonly<Record<string, Pick<UnlookedWay, "what" | "look">>>;
  /** Ways of access that nobody looks at. */
  readonly notLooked: {
    readonly title: string;
    readonly intro: string;
    /** Of a page that was not compared with the tenant. */
    readonly fromRecord: string;
    readonly what: string;
    readonly look: string;
  };
  readonly signature: SignatureWords;
  readonly stop: {
    readonly title: string;
    readonly intro: string;
    /** How the customer ends what no resource declares. */
    readonly people: Readonly<Record<PersonEndedKind, string>>;
    /** Before the kinds that end together with an object. */
    readonly endsWith: string;
  };
  readonly stays: Readonly<Record<keyof typeof stayingAccess, string>>;
  /** Of an off-boarding's certificate, by its state. `{agreed}` looks up to `{last}`; provable on `{later}`. */
  readonly certificate: Readonly<Record<keyof typeof certificate, string>>;
  readonly footer: string;
}
