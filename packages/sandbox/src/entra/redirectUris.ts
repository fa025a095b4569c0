/** Registered and asked-for redirect URIs must be the same; for `http://localhost` the port is free (RFC 8252, 7.3). */
export function isSameAddress(registered: string, asked: string): boolean {
  if (registered === asked) return true;
  const withoutPort = asked.replace(/^(http:\/\/localhost):\d+(?=\/|$)/, "$1");
  return registered.replace(/\/$/, "") === withoutPort.replace(/\/$/, "") && withoutPort !== asked;
}
