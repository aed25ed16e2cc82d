/** Of the unit, which alone may be written to by it. */
export const LOGS = '/var/log/imds';
export const STATE = '/var/lib/imds';
