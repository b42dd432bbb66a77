// Keys for who works here all day: / searches, g and a letter goes to a page, j and k
// walk the rows, ? says which keys there are. Nothing needs them.

const PATIENCE_MS = 1500;
let goneAt = -Infinity;

const isTyping = (target) => target.closest?.(
  "input, select, textarea, [contenteditable]",
);
const links = () => [...document.querySelectorAll("nav a[data-key]")];
const rows = () => [...document.querySelectorAll("main tbody tr")];

function search() {
  const field = document.querySelector("main input[type=search]");
  if (!field) return false;
  field.focus();
  field.select();
  return true;
}

function walk(step) {
  const all = rows();
  if (!all.length) return false;
  const now = all.indexOf(document.activeElement?.closest?.("tr"));
  const from = now < 0 && step < 0 ? all.length : now;
  const row = all[Math.min(all.length - 1, Math.max(0, from + step))];
  let goal = row.querySelector("a, button, input");
  if (!goal) {
    row.tabIndex = -1;
    goal = row;
  }
  goal.focus();
  row.scrollIntoView({ block: "nearest" });
  return true;
}

function help() {
  const dialog = document.createElement("dialog");
  dialog.className = "keys";
  const title = document.createElement("h2");
  title.textContent = "Keys";
  const list = document.createElement("dl");
  const told = [
    ["/", "Search"], ["j, k", "Next row, row before"], ["?", "These keys"],
    ...links().map((link) => [
      `g ${link.dataset.key}`, link.firstChild.textContent.trim(),
    ]),
  ];
  for (const [keys, says] of told) {
    const pair = document.createElement("div");
    const key = document.createElement("dt");
    const what = document.createElement("dd");
    key.append(Object.assign(document.createElement("kbd"), { textContent: keys }));
    what.textContent = says;
    pair.append(key, what);
    list.append(pair);
  }
  const close = Object.assign(document.createElement("button"), {
    textContent: "Close", className: "second",
  });
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.append(title, list, close);
  document.body.append(dialog);
  dialog.showModal();
  return true;
}

function go(key) {
  const link = links().find((one) => one.dataset.key === key);
  if (link) location.assign(link.href);
  return Boolean(link);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const isGoing = event.timeStamp - goneAt < PATIENCE_MS;
  goneAt = -Infinity;
  let isOurs = false;
  if (isGoing) isOurs = go(event.key);
  else if (event.key === "/") isOurs = search();
  else if (event.key === "j") isOurs = walk(1);
  else if (event.key === "k") isOurs = walk(-1);
  else if (event.key === "?") isOurs = help();
  else if (event.key === "g") {
    goneAt = event.timeStamp;
    isOurs = true;
  }
  if (isOurs) event.preventDefault();
});
