/** What messages tell people to install. */
export const packageName = "@defender-mssp/kql";
