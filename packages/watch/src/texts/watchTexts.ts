/** What each language has words for. */
import type { Words } from "@defender-mssp/pages";
import type { KindKey } from "@defender-mssp/tenant";

export interface WatchTexts {
  readonly words: Words;
  readonly kinds: Readonly<Record<KindKey, string>>;
  readonly lookTitle: string;
  readonly sinceTitle: string;
  readonly goneTitle: string;
  /** `{tenant}`, `{mssp}`, `{date}`. */
  readonly subtitle: string;
  readonly footer: string;
  readonly readFirst: string;
  readonly objects: string;
  readonly noObjects: string;
  readonly name: string;
  readonly kind: string;
  readonly can: string;
  readonly since: string;
  readonly until: string;
  readonly agreement: string;
  readonly agreed: string;
  readonly notAgreed: string;
  readonly unknown: string;
  readonly end: string;
  readonly command: string;
  readonly why: string;
  readonly claimed: string;
  readonly isMember: string;
  readonly missing: string;
  readonly missingIntro: string;
  readonly strangers: string;
  readonly strangersIntro: string;
  readonly whose: string;
  readonly waysIn: string;
  readonly noTenant: string;
  readonly readers: string;
  readonly readersIntro: string;
  readonly unread: string;
  readonly unreadIntro: string;
  readonly what: string;
  readonly reason: string;
  readonly notLooked: string;
  readonly notLookedIntro: string;
  readonly look: string;
  readonly summary: {
    readonly agreed: string;
    readonly notAgreed: string;
    readonly nobody: string;
    readonly noHandOut: string;
    readonly open: string;
  };
  readonly findings: string;
  readonly agreedActs: string;
  readonly explained: string;
  readonly others: string;
  readonly othersIntro: string;
  readonly noEntries: string;
  readonly at: string;
  readonly who: string;
  readonly did: string;
  readonly count: string;
  readonly logs: string;
  /** Editions with sign-ins; `{days}`. */
  readonly kept: string;
  readonly free: string;
  /** What was asked for and is no longer kept. */
  readonly tooEarly: string;
  readonly proven: string;
  readonly toConfirm: string;
  readonly accessLeft: string;
  readonly left: string;
  readonly confirm: string;
  readonly signedBy: string;
  /** Where a person ends an object of a kind: `{name}`. */
  readonly clicks: Readonly<Partial<Record<KindKey, string>>>;
}
