/** Of the unit: LogsDirectory=imds, StateDirectory=imds. */
export const LOGS = '/var/log/imds';
export const STATE = '/var/lib/imds';
