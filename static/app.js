// The live first screen and the queue page: they follow the box by one websocket and
// never show what they have heard long ago as if it were now. Texts go in by textContent
// only; the queue's lists are pieces of our own page, fetched anew when they change.

const RETRY_SECONDS = [1, 2, 4, 8, 15];
const TOAST_SECONDS = 10;
const MOST_EVENTS = 30;

const live = document.getElementById("live");
const isQueue = live.dataset.view === "queue";
const numbersUrl = `${live.dataset.url ?? "/admin/numbers"}.json`;
const currency = live.dataset.currency;
const intervalSeconds = Number(live.dataset.interval);
const state = {
  since: Number(live.dataset.since),
  at: live.dataset.at, // the box's own time of the newest numbers
  heardAt: performance.now(),
  isOpen: false,
  isSignedOut: false,
  failures: 0,
};

const clock = new Intl.DateTimeFormat("en-GB", {
  timeZone: live.dataset.zone, hour: "2-digit", minute: "2-digit", second: "2-digit",
});
const byId = (id) => document.getElementById(id);
const clockText = (iso) => (iso ? clock.format(new Date(iso)) : "");

function moneyText(amount) {
  const digits = Number.isInteger(amount) ? 0 : 2;
  return `${currency} ${amount.toLocaleString("en-GB", {
    minimumFractionDigits: digits, maximumFractionDigits: digits,
  })}`;
}

function element(tag, text, className = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

// --- what happened

function tell(event) {
  const paid = event.payment ?? {};
  const time = event.subscription ?? {};
  const amount = moneyText(paid.amount ?? 0);
  switch (event.type) {
    case "payment_processed":
      return ["Paid", `${amount} for ${paid.package}, ${paid.phone_number}`, "good"];
    case "payment_failed":
      return ["Not paid", `${amount} for ${paid.package}: ${event.error}`, "bad"];
    case "user_provisioned":
      return ["Online", `${time.username}: ${time.package}`, "good"];
    case "provisioning_failed":
      return ["Not online", `${time.username}: ${event.error}`, "bad"];
    default: {
      const kind = event.is_good === false ? "bad" : "good";
      return [event.title ?? event.type, event.says ?? "", kind];
    }
  }
}

function showEvent(event) {
  if (event.seq <= state.since) return; // told before
  state.since = event.seq;
  const [title, says, kind] = tell(event);
  const row = document.createElement("li");
  row.className = kind;
  row.dataset.seq = event.seq;
  row.append(
    element("time", clockText(event.timestamp)), element("b", title),
    element("span", says),
  );
  const list = document.getElementById("events");
  list.prepend(row);
  while (list.children.length > MOST_EVENTS) list.lastElementChild.remove();
  document.getElementById("events-empty").hidden = true;
  showToast(title, says, kind);
}

function showToast(title, says, kind) {
  const toast = element("div", "", `toast ${kind}`);
  toast.append(element("b", title), element("span", says));
  const toasts = document.getElementById("toasts");
  toasts.append(toast);
  while (toasts.children.length > 4) toasts.firstElementChild.remove();
  setTimeout(() => toast.remove(), TOAST_SECONDS * 1000);
}

// --- numbers

function showNumbers(told) {
  state.at = told.at;
  state.heardAt = performance.now();
  byId("takings-split").textContent = splitText(told.numbers.takings_by_provider);
  for (const [name, value] of Object.entries(told.numbers)) {
    const text = name.endsWith("_cents") ? moneyText(value / 100) : value;
    for (const shown of document.querySelectorAll(`[data-number="${name}"]`)) {
      shown.textContent = text;
      if (shown.classList.contains("chip")) shown.hidden = !value;
    }
  }
  showLanes(told.lanes);
  showUndecided(told.undecided);
  document.getElementById("as-of").textContent = clockText(told.at);
  showFreshness();
}

// As board.split_text says it.
function splitText(takings) {
  const names = { mpesa: "M-Pesa", agent: "agents" };
  const parts = Object.entries(takings ?? {});
  if (parts.every(([name]) => name === "mpesa")) return "";
  return parts.map(([name, cents]) => `${names[name] ?? name} ${moneyText(cents / 100)}`)
    .join(" · ");
}

function showLanes(lanes) {
  for (const [lane, counts] of Object.entries(lanes)) {
    for (const [name, count] of Object.entries(counts)) {
      const cell = live.querySelector(
        `[data-lane="${CSS.escape(lane)}"] [data-state="${CSS.escape(name)}"]`);
      if (!cell) continue;
      cell.textContent = count;
      cell.className = count ? name : "zero";
    }
  }
}

function showUndecided(rows) {
  const list = document.getElementById("undecided");
  list.replaceChildren(...rows.map((row) => {
    const item = document.createElement("li");
    item.append(element("time", clockText(row.at)), element("span", row.says));
    return item;
  }));
  document.getElementById("undecided-empty").hidden = rows.length > 0;
}

function showSamples(told) {
  const router = told.router ?? {};
  const parts = [];
  if (router.cpu_percent !== undefined) {
    const down = (router.down_bits / 1e6).toFixed(1);
    parts.push(`CPU ${router.cpu_percent} %`, `download ${down} Mbit/s`);
    if (router.temperature_c !== null) parts.push(`${router.temperature_c} °C`);
  }
  document.getElementById("router").textContent =
    parts.length ? `· router ${parts.join(", ")}` : "";
}

// --- the queue page

const LENGTHS = [[86400, "d", 3600, "h"], [3600, "h", 60, "m"], [60, "m", 1, "s"]];

// As clock.length_text says it.
function lengthText(seconds) {
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const [size, name, below, belowName] = LENGTHS.find(([least]) => whole >= least);
  const rest = Math.floor((whole % size) / below);
  return `${Math.floor(whole / size)} ${name}${rest ? ` ${rest} ${belowName}` : ""}`;
}

function setText(shown, text) {
  if (shown && shown.textContent !== String(text)) shown.textContent = text;
}

function showQueue(told) {
  state.at = told.at;
  state.heardAt = performance.now();
  for (const [name, value] of Object.entries(told.totals)) {
    const shown = live.querySelector(`[data-total="${name}"]`);
    setText(shown, value);
    if (name === "failed") shown.classList.toggle("failed", value > 0);
  }
  const workers = told.workers.map((w) => ` · worker ${w.pid} since ${clockText(w.since)}`);
  setText(byId("workers"), workers.join(","));
  byId("no-worker").hidden = told.workers.length > 0;
  told.lanes.forEach(showLane);
  showRunning(told.running);
  told.timetable.forEach(showTimed);
  for (const [part, mark] of Object.entries(told.marks)) renew(part, mark);
  const stuck = byId("return-stuck");
  if (stuck) stuck.hidden = !told.totals.stuck;
  setText(byId("as-of"), clockText(told.at));
  showFreshness();
}

function showLane(lane) {
  const card = byId(`lane-${lane.name}`);
  if (!card) return;
  for (const cell of card.querySelectorAll("[data-state]")) {
    const name = cell.dataset.state;
    setText(cell, lane[name]);
    if (name !== "oldest") cell.className = lane[name] ? name : "zero";
  }
  const chips = {
    is_paused: "paused", stuck: `${lane.stuck} stuck`,
    limited_until: `limited until ${clockText(lane.limited_until)}`,
  };
  for (const [name, text] of Object.entries(chips)) {
    const chip = card.querySelector(`[data-chip="${name}"]`);
    setText(chip, text);
    chip.hidden = !lane[name];
  }
  for (const form of card.querySelectorAll("[data-verb]")) {
    form.hidden = (form.dataset.verb === "resume") !== lane.is_paused;
  }
  const chart = card.querySelector(".chart");
  chart.setAttribute("aria-label", `The last hour: ${lane.pace}`);
  chart.querySelector(".done").setAttribute("d", lane.done_path);
  chart.querySelector(".undone").setAttribute("d", lane.failed_path);
  for (const name of ["pace", "took"]) {
    setText(card.querySelector(`[data-text="${name}"]`), lane[name]);
  }
}

function showRunning(jobs) {
  byId("running-jobs").hidden = !jobs.length;
  byId("running-empty").hidden = jobs.length > 0;
  byId("running-jobs").tBodies[0].replaceChildren(...jobs.map((job) => {
    const row = document.createElement("tr");
    const name = element("th", job.name);
    name.scope = "row";
    row.append(name);
    for (const [head, text] of [["Arguments", job.args || "–"],
      ["Tags", job.tags.join(" ") || "–"], ["Try", job.attempt], ["For", ""]]) {
      const cell = element("td", text);
      cell.dataset.name = head;
      row.append(cell);
    }
    row.lastChild.dataset.elapsed = job.elapsed_seconds;
    row.lastChild.classList.toggle("stuck", job.is_stuck);
    return row;
  }));
  countOn();
}

// What runs goes on running between two messages.
function countOn() {
  const sinceSeconds = (performance.now() - state.heardAt) / 1000;
  for (const cell of live.querySelectorAll("[data-elapsed]")) {
    const text = lengthText(Number(cell.dataset.elapsed) + sinceSeconds);
    setText(cell, cell.classList.contains("stuck") ? `${text}, stuck` : text);
  }
}

function showTimed(job) {
  const row = live.querySelector(`[data-job="${CSS.escape(job.name)}"]`);
  if (!row) return;
  const cell = (name) => row.querySelector(`[data-cell="${name}"]`);
  setText(cell("last_at"), clockText(job.last_at) || "–");
  setText(cell("took"), job.took);
  setText(cell("next_at"), clockText(job.next_at) || "–");
  const wrong = [job.is_late ? "late" : "", job.last_error].filter(Boolean);
  setText(cell("state"), wrong.join(", ") || "on time");
  cell("state").classList.toggle("stuck", wrong.length > 0);
}

// Read a list anew when it isn't the one we have; what is open or in use stays so.
async function renew(part, mark) {
  const box = live.querySelector(`[data-part="${part}"]`);
  if (!box || box.dataset.mark === mark) return;
  box.dataset.mark = mark;
  try {
    const answer = await fetch(`${live.dataset.url}/part/${part}${location.search}`);
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const open = [...box.querySelectorAll("details[open]")].map((found) => found.id);
    const used = box.contains(document.activeElement) ? document.activeElement.id : "";
    box.replaceChildren(...fresh.body.childNodes);
    for (const id of open) byId(id)?.setAttribute("open", "");
    if (used) byId(used)?.focus();
  } catch {
    box.dataset.mark = ""; // the next message tries again
  }
}

// --- never show old numbers as new ones

function showFreshness() {
  const ageSeconds = (performance.now() - state.heardAt) / 1000;
  const isStale = ageSeconds > 2 * intervalSeconds;
  const bar = document.getElementById("connection");
  live.classList.toggle("stale", isStale);
  bar.hidden = state.isOpen && !isStale;
  if (bar.hidden) return;
  const text = state.isSignedOut
    ? "You are signed out."
    : `Connection lost, showing data of ${clockText(state.at)}.`;
  if (bar.textContent !== text) bar.textContent = text; // read aloud only when it changes
}

// --- the connection

function receive(told) {
  if (told.type === "numbers") showNumbers(told);
  else if (told.type === "queue") showQueue(told);
  else if (told.type === "samples") showSamples(told);
  else if (told.type === "signed_out") signedOut();
  else if (told.seq !== undefined) showEvent(told);
}

function signedOut() {
  state.isSignedOut = true;
  location.assign("/admin/login");
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const { hostname } = location;
  const socket = new WebSocket(
    `${scheme}://${hostname}:${live.dataset.port}/live?since=${state.since}`
    + (isQueue ? "&view=queue" : ""));
  socket.addEventListener("open", () => {
    state.isOpen = true;
    state.failures = 0;
    showFreshness();
  });
  socket.addEventListener("message", (message) => receive(JSON.parse(message.data)));
  socket.addEventListener("close", () => {
    state.isOpen = false;
    showFreshness();
    if (!state.isSignedOut) setTimeout(comeBack, waitSeconds() * 1000);
  });
}

function waitSeconds() {
  const step = Math.min(state.failures, RETRY_SECONDS.length - 1);
  state.failures += 1;
  return RETRY_SECONDS[step] * (0.75 + Math.random() / 2);
}

// The session may be over, or the live process may be down: ask the web which.
async function comeBack() {
  try {
    const answer = await fetch(numbersUrl, { cache: "no-store" });
    if (answer.status === 401) return signedOut();
    if (answer.ok) receive(await answer.json());
  } catch {
    // The box can't be reached: the bar says so already.
  }
  return connect();
}

if (live.dataset.port !== "0") connect();
else setTimeout(comeBack, RETRY_SECONDS[0] * 1000);
setInterval(showFreshness, 1000);
if (isQueue) setInterval(countOn, 1000);
