// The live first screen: follows the box by one websocket and never shows what it has
// heard long ago as if it were now. Texts go in by textContent only.

const RETRY_SECONDS = [1, 2, 4, 8, 15];
const TOAST_SECONDS = 10;
const MOST_EVENTS = 30;

const live = document.getElementById("live");
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
    default:
      return [event.type, "", "good"];
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
  for (const [name, value] of Object.entries(told.numbers)) {
    const shown = live.querySelector(`[data-number="${name}"]`);
    if (!shown) continue;
    shown.textContent = name.endsWith("_cents") ? moneyText(value / 100) : value;
  }
  showLanes(told.lanes);
  showUndecided(told.undecided);
  document.getElementById("as-of").textContent = clockText(told.at);
  showFreshness();
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
  if (router.name) parts.push(router.name);
  if (router.cpu_percent !== undefined) parts.push(`CPU ${router.cpu_percent} %`);
  document.getElementById("router").textContent =
    parts.length ? `· router ${parts.join(", ")}` : "";
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
    `${scheme}://${hostname}:${live.dataset.port}/live?since=${state.since}`);
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
    const answer = await fetch("/admin/numbers.json", { cache: "no-store" });
    if (answer.status === 401) return signedOut();
    if (answer.ok) showNumbers(await answer.json());
  } catch {
    // The box can't be reached: the bar says so already.
  }
  return connect();
}

if (live.dataset.port !== "0") connect();
else setTimeout(comeBack, RETRY_SECONDS[0] * 1000);
setInterval(showFreshness, 1000);
