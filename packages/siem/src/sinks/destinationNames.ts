/** The destinations, as the options parse them. */
export const destinationOptions = ["hec", "syslog", "elasticsearch", "logAnalytics", "file"] as const;

/** Their names in options and checkpoints. */
export const destinationNames = ["hec", "syslog", "elasticsearch", "log-analytics", "file"] as const;
