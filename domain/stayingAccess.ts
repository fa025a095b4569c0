/**
 * What stays a while after access was removed, a sentence or two each, wherever it is told: the certificate,
 * the hand-out, the report, `analyst remove` and `secrets rotate`.
 * Source: https://learn.microsoft.com/entra/identity/conditional-access/concept-continuous-access-evaluation
 */

/**
 * The longest life of an application's access token by default, in minutes. One with continuous access evaluation lives
 * longer, and ends when its application is deleted.
 * Source: https://learn.microsoft.com/entra/identity-platform/access-tokens#token-lifetime
 */
export const tokenLife = 90;

export const stayingAccess = {
  tokens:
    "An access token that was issued before stays valid until it expires: by default after 60 to 90 minutes, with continuous access evaluation after up to 28 hours unless you revoke the account's sessions.",
  restorable:
    "Entra keeps deleted users, groups and applications for 30 days, in which an administrator can restore them. They give no access while they are deleted.",
  vault:
    "Azure keeps a deleted Key Vault and its secrets for the vault's retention period, in which the MSSP can recover them.",
} as const;
