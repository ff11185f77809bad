// Meetings around the changes of clocks in both hemispheres, and what a calendar program must make of them. The instants
// are reckoned here from the zones' rules as this program has them, not as the server has.

// A sitting of a meeting begins each day at the same clock time of its zone.
export const meetings = [
  { name: "New York, clocks forward", date: "2027-03-13", end: "2027-03-15", time: "09:00", zone: "America/New_York" },
  { name: "New York, clocks back", date: "2027-11-06", end: "2027-11-08", time: "01:30", zone: "America/New_York" },
  { name: "Paris, clocks forward", date: "2027-03-27", end: "2027-03-29", time: "09:30", zone: "Europe/Paris" },
  { name: "Paris, clocks back", date: "2027-10-30", end: "2027-11-01", time: "23:45", zone: "Europe/Paris" },
  { name: "Sydney, clocks back", date: "2027-04-03", end: "2027-04-05", time: "10:00", zone: "Australia/Sydney" },
  { name: "Sydney, clocks forward", date: "2027-10-02", end: "2027-10-04", time: "08:00", zone: "Australia/Sydney" },
  { name: "Santiago, clocks back", date: "2027-04-03", end: "2027-04-05", time: "09:00", zone: "America/Santiago" },
  { name: "Santiago, clocks forward", date: "2027-09-04", end: "2027-09-06", time: "15:00", zone: "America/Santiago" },
  { name: "Kathmandu, a quarter of an hour", date: "2027-05-04", time: "10:00", zone: "Asia/Kathmandu" },
  { name: "The whole of one day", date: "2027-05-11" },
  { name: "Three whole days, over a change", date: "2027-03-27", end: "2027-03-29" },
  { name: "Called off", date: "2027-05-18", time: "12:00", zone: "UTC", cancelled: true },
  { name: "Not planned yet", date: "2027-05-19", time: "12:00", zone: "UTC", draft: true },
  { name: "For the members alone", date: "2027-05-20", time: "12:00", zone: "UTC", amber: true },
  { name: "Another group's", date: "2027-05-21", time: "12:00", zone: "UTC", group: "swg3.3" },
  {
    name: "Commas, semicolons; back\\slashes, \"quotes\": and a name as long as a name may be while it is still one that somebody would give to a meeting",
    arabic: "اجتماع الفريق العامل الفرعي؛ تبادل الطيفيات، والمعايير المرجعية، والتدريب: جلسة مشتركة للشرق والغرب في يوم واحد طويل",
    text: "First, a list; of two things\nThen a second line\n\nBEGIN:VEVENT\nSUMMARY:not one of its own\nEND:VEVENT\n" + "مختبر é 漢 🧪 ".repeat(40) + "\\n is no new line; \\, no comma",
    venue: "Hall A; rooms 1, 2\\3", date: "2027-06-01", time: "14:00", zone: "Asia/Amman",
  },
];

// clock is what a zone's clocks show at an instant: "2027-03-14 09:00".
export function clock(instant, zone) {
  const parts = Object.fromEntries(new Intl.DateTimeFormat("en-GB", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
    .formatToParts(new Date(instant)).map((p) => [p.type, p.value]));
  return `${parts.year}-${parts.month}-${parts.day} ${parts.hour}:${parts.minute}`;
}

const day = 864e5;

export function days(m) {
  const out = [];
  for (let t = Date.parse(m.date); t <= Date.parse(m.end ?? m.date); t += day) out.push(new Date(t).toISOString().slice(0, 10));
  return out;
}

// instants are the first at which the zone's clocks show each day's beginning.
export function instants(m) {
  return days(m).map((d) => {
    const wanted = `${d} ${m.time}`;
    for (let t = Date.parse(d) - day; t < Date.parse(d) + 2 * day; t += 15 * 60e3) if (clock(t, m.zone) === wanted) return t;
    throw new Error(`${m.zone} never shows ${wanted}`);
  });
}

const quoted = (s) => `"${(s ?? "").replaceAll('"', '""')}"`;

// table writes meetings as one that tocsin import reads.
export function table(list) {
  const rows = list.map((m) => [m.name, m.arabic, m.text, "sub-working-group", m.group ?? "swg2.1", m.date, m.end, m.time, m.time ? "90" : "", m.zone, m.venue].map(quoted).join(","));
  return ["name.en,name.ar,text.en,type,group,date,end,time,minutes,zone,venue", ...rows].join("\r\n") + "\r\n";
}

// profile says how the table is read and who sees what is in it.
export const profile = (name, sharing) => `name: ${name}\nversion: 1\nkind: meeting\ntitle: {en: Meetings of a test}\nsource: A test\nowner: secretariat\nsharing: ${sharing}\ndirect: true\nkey: [name.en]\n`;
