/**
 * The settings of one project in an engine's configuration, by key without the project's name.
 * Other namespaces are the providers'.
 */
export function ownSettings<Value>(
  configuration: Readonly<Record<string, Value>>,
  project: string,
): Record<string, Value> {
  const prefix = `${project}:`;
  const own = Object.entries(configuration).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
}
