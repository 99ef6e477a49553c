// Numbers, times and names for people.

const NUMBER = new Intl.NumberFormat("en");
const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const TIME = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", hour12: false });
const STAMP = new Intl.DateTimeFormat([], {
  year: "numeric", month: "short", day: "2-digit",
  hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
});

export const count = (number) => NUMBER.format(number);

// Whole up to six digits, then 1.2M.
export const short = (number) => (number < 1e6 ? NUMBER.format(Math.round(number))
                                               : COMPACT.format(number));

export function plural(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? "" : noun.endsWith("ch") ? "es" : "s"}`;
}

export function bytes(number) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  let value = number;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

export function seconds(value) {
  if (value < 0.95) return `${Math.max(1, Math.round(value * 1000))} ms`;
  if (value < 9.95) return `${value.toFixed(1)} s`;
  if (value < 99) return `${Math.round(value)} s`;
  if (value < 90 * 60) return `${Math.round(value / 60)} min`;
  if (value < 36 * 3600) return `${Math.round(value / 3600)} h`;
  return `${Math.round(value / 86400)} days`;
}

export const ago = (iso) => {
  const since = (Date.now() - Date.parse(iso)) / 1000;
  if (since < 60) return "less than a minute ago";
  return since < 99 ? "a minute ago" : `${seconds(since)} ago`;
};

// "14:02" today, with the date before.
export function clock(iso) {
  const time = new Date(iso);
  const sameDay = time.toDateString() === new Date().toDateString();
  return sameDay ? TIME.format(time) : STAMP.format(time);
}

export const stamp = (iso) => (iso ? STAMP.format(new Date(iso)) : "");
export const minute = (iso) => TIME.format(new Date(iso));

// Control characters, and those that turn or hide text, as escapes: a name is shown as it is.
export function printable(text) {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => {
      const named = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };
      return named[character] ??
        `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
    });
}

// "#/file?key=..." with what is not empty.
export function link(page, parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value);
  const query = new URLSearchParams(given).toString();
  return `#/${page}${query ? `?${query}` : ""}`;
}
