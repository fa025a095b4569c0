/**
 * How long a write takes until a replica shows it. The numbers are the sandbox's own, chosen by what
 * users have observed; Microsoft states none and promises none.
 */

/** Who reads a replica: each service copies the directory for itself. */
export const replicaServices = ["directory", "privileged", "catalogs", "tokens", "azureRoles"] as const;

export type ReplicaService = (typeof replicaServices)[number];

/** Seconds: the shortest, that of half of the writes, of 19 of 20, and the longest. */
export type Lag = readonly [least: number, half: number, most: number, tail: number];

type Profile = Readonly<Record<ReplicaService, Lag>>;

const usual: Profile = {
  directory: [0, 5, 30, 300],
  /** Privileged Identity Management. */
  privileged: [0, 30, 90, 300],
  /** Entitlement management. */
  catalogs: [0, 15, 60, 300],
  /** What the token endpoint knows of applications, secrets, roles and consents. */
  tokens: [0, 30, 120, 300],
  /** Until a role in Azure is in force, in Key Vault as well. */
  azureRoles: [120, 240, 480, 600],
};

const november2025: Profile = {
  directory: [0, 5, 120, 1200],
  privileged: [0, 30, 240, 1200],
  catalogs: [0, 15, 240, 1200],
  tokens: [0, 30, 240, 1200],
  azureRoles: [120, 300, 900, 1200],
};

/** `calm`: every write is seen at once. */
const profiles = { calm: undefined, usual, november2025 } as const;

/**
 * How often a new object is found by the ID in a path, whichever replica answers: users report that it
 * isn't as the exception, and lists and references as the rule.
 */
export const foundByPath: Readonly<Record<ReplicaProfile, number>> = { calm: 0.99, usual: 0.99, november2025: 0.9 };

export type ReplicaProfile = keyof typeof profiles;

export const replicaProfiles = Object.keys(profiles) as ReplicaProfile[];

/** The times of a profile; undefined for none. */
export function lagsOf(profile: ReplicaProfile): Profile | undefined {
  return profiles[profile];
}

/** The lag of a fraction of the writes (0 to 1), in seconds. */
export function lagAt([least, half, most, tail]: Lag, fraction: number): number {
  if (fraction <= 0.5) return least + (half - least) * (fraction / 0.5);
  if (fraction <= 0.95) return half * (most / half) ** ((fraction - 0.5) / 0.45);
  return most * (tail / most) ** ((fraction - 0.95) / 0.05);
}
