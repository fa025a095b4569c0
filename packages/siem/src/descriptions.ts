/** What each command does, for the help of every program that has it. */
export const descriptions = {
  alerts:
    "Pull the customer's Defender alerts as the SIEM connector would, and write them to standard output, a file or a SIEM.",
  incidents: "Pull the customer's Defender incidents with their alerts, or change one.",
  hunt: "Run one query of advanced hunting (KQL) over one or all customers.",
  token:
    "Get the tokens of a SIEM connector from the customer's tenant. Stores the refresh token; prints tokens only with --show-secrets.",
  "siem-config": "Write the files with which a SIEM product reaches the customer's alerts.",
  retirements: "List what Microsoft ends, when and what replaces it, and what of it files and queries rest on.",
  evidence: "Verify pages that the MSSP signed, and their order, offline.",
  verify: "Sign in and read alerts as the SIEM would, and check everything that this requires.",
} as const;
