/** Time of day: `14:02:11`. */
export const timeOfDay = (at) => new Date(at).toLocaleTimeString('en-GB');

/** A span of time as on a clock: `0:42`, `59:58`, `1:00:00`. */
export function span(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const padded = (number) => String(number).padStart(2, '0');
  return hours > 0 ? `${hours}:${padded(minutes)}:${padded(rest)}` : `${minutes}:${padded(rest)}`;
}

export const kilobytes = (bytes) => `${Math.ceil(bytes / 1024).toLocaleString('en-GB')} KB`;

/** `file 101`, from a resource such as `http://127.0.0.1:8789/2.0/files/101`. */
export const fileOf = (resource) => (resource ? `file ${resource.split('/').at(-1)}` : 'no resource');
