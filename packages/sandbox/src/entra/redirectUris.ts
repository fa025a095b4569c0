/**
 * Registered and requested redirect URIs must be equal; for `http://localhost` any port is allowed
 * (RFC 8252, 7.3).
 */
export function isSameAddress(registered: string, asked: string): boolean {
  if (registered === asked) return true;
  const withoutPort = asked.replace(/^(http:\/\/localhost):\d+(?=\/|$)/, "$1");
  return registered.replace(/\/$/, "") === withoutPort.replace(/\/$/, "") && withoutPort !== asked;
}
