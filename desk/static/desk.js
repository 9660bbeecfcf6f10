// What a page gains where scripts run. Every page works without: lists then have a link to reload.
import { initAll } from "./govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// News: a button that says how much has changed. Nothing moves until it is pressed, and nothing while somebody types.
const news = document.querySelector("[data-news]");
if (news) {
  const button = news.querySelector("button");
  const said = news.querySelector("[data-news-said]");
  const wall = document.querySelector("[data-wall]");
  const stale = document.querySelector("[data-stale]");
  const live = document.querySelector("[data-live]");
  let heard = Date.now();
  const told = () => {
    heard = Date.now();
    if (live) { live.textContent = ", live"; }
  };
  const source = new EventSource(news.dataset.news);
  source.addEventListener("alive", told);
  source.addEventListener("changes", (event) => {
    told();
    if (wall) { location.reload(); return; }
    const count = Number(event.data);
    said.textContent = count === 1 ? "Show 1 change" : `Show ${count} changes`;
    button.hidden = count === 0;
  });
  button.addEventListener("click", () => location.reload());
  setInterval(() => {
    const silent = Date.now() - heard > 90000;
    if (live && silent) { live.textContent = ", not live any more: reload"; }
    wall?.classList.toggle("desk-wall--stale", silent);
    if (stale) { stale.hidden = !silent; }
  }, 5000);
  if (wall) {
    setInterval(() => { if (Date.now() - heard < 90000) location.reload(); }, 60000);
  }
}

// The end of a session is told two minutes before.
let ending = [];
function endsAt(ends) {
  const warning = document.getElementById("session-ending");
  ending.forEach(clearTimeout);
  warning.hidden = true;
  ending = [
    setTimeout(() => { warning.hidden = false; }, Math.max(0, ends - Date.now() - 120000)),
    setTimeout(() => { location.href = "/sign-in"; }, Math.max(0, ends - Date.now() + 1000)),
  ];
}
const ends = Date.parse(document.body.dataset.ends || "");
if (ends) { endsAt(ends); }

// What is typed into an answer is kept while somebody types, so that the end of a session costs nobody a word.
const keeps = document.querySelector("form[data-keeps]");
if (keeps) {
  const kept = keeps.querySelector("[data-kept]");
  let waits;
  const keep = async () => {
    const typed = new URLSearchParams(new FormData(keeps));
    typed.set("keep", "quiet");
    const response = await fetch(location.pathname, { method: "POST", body: typed, redirect: "manual" }).catch(() => null);
    kept.hidden = response === null || response.status !== 204;
    if (ends && !kept.hidden) { endsAt(Date.parse(response.headers.get("Desk-Ends"))); }
  };
  keeps.addEventListener("input", () => { clearTimeout(waits); waits = setTimeout(keep, 1000); });
  keeps.addEventListener("submit", () => clearTimeout(waits));
}

// An answer on its way: the page looks again until there is something to say.
if (document.querySelector("[data-reload]")) {
  setTimeout(() => location.reload(), 2000);
}
