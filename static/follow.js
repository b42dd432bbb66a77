// Keeps a piece of the page as the box has it now: fetched anew each few seconds while
// somebody looks, and left alone while a button in it is in use.

const followed = document.querySelector("[data-follow]");
const everySeconds = Number(followed?.dataset.every ?? 4);

async function renew() {
  if (document.hidden || followed.contains(document.activeElement)) return;
  const answer = await fetch(followed.dataset.follow, { redirect: "error" });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.getElementById(followed.id);
  if (found) followed.replaceChildren(...found.childNodes);
  followed.classList.remove("stale");
}

function follow() {
  renew().catch(() => {
    followed.classList.add("stale"); // the box doesn't answer: it is old, and looks it
  });
}

if (followed) {
  // While nobody looked the box asked seldom: what is shown first may be a minute old.
  setTimeout(follow, Math.min(2, everySeconds) * 1000);
  setInterval(follow, everySeconds * 1000);
}
