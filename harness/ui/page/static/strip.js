// The strip's status, asked for every second; and what Locust's form needs to be opened at.
"use strict";
const strip = document.querySelector(".cb-strip");

async function showStatus() {
  try {
    const answer = await fetch("/cockpit/status");
    if (!answer.ok || answer.redirected) throw new Error("no answer");
    const status = await answer.json();
    strip.className = `cb-strip cb-${status.phase}`;
    write(".cb-text", status.text);
    write(".cb-count", status.tests ? `${status.tests}` : "");
    listSteps(status.steps);
    strip.querySelector(".cb-progress i").style.width = `${100 * (status.share ?? 0)}%`;
  } catch {
    strip.className = "cb-strip cb-failed";
    write(".cb-text", "chatbench does not answer. Start it again in its terminal.");
  }
}

function listSteps(steps) {
  strip.querySelector(".cb-steps").replaceChildren(...steps.map(({ text, seconds }) => {
    const row = document.createElement("li"), time = document.createElement("b");
    time.textContent = seconds == null ? "now" : `${seconds.toFixed(seconds < 10 ? 2 : 0)} s`;
    row.append(time, text);
    return row;
  }));
}

function write(where, text) {
  const element = strip.querySelector(where);
  if (element.textContent !== text) element.textContent = text;
}

// Locust tells nobody when its own light and dark are switched
function followTheme() {
  document.documentElement.dataset.theme =
    localStorage.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

// the fields of a test are what one comes for; Locust folds them away as "Custom parameters"
function openFields() {
  for (const button of document.querySelectorAll("button.MuiAccordionSummary-root:not([data-cb])")) {
    const title = button.querySelector("p, .MuiTypography-root");
    if (title?.textContent !== "Custom parameters") continue;
    button.dataset.cb = "opened";
    title.textContent = "What is tested, and how";
    if (button.getAttribute("aria-expanded") === "false") button.click();
  }
  restoreTicks();
}

// Locust's form forgets which classes were ticked last; another variant is mostly tried under the same scenario
const TICKS = 'input[type="checkbox"]';
const rows = () => [...document.querySelectorAll("tr")].filter((row) => row.querySelector(TICKS) && row.cells.length > 2);
const nameOf = (row) => row.cells[1].textContent;

function keepTicks() {
  const ticked = rows().filter((row) => row.querySelector(TICKS).checked).map(nameOf);
  if (ticked.length) sessionStorage.cockpitClasses = JSON.stringify(ticked);
}

function restoreTicks() {
  const kept = JSON.parse(sessionStorage.cockpitClasses ?? "null");
  for (const row of rows()) {
    if (row.dataset.cb) continue;
    row.dataset.cb = "seen";
    const box = row.querySelector(TICKS);
    if (kept && box.checked !== kept.includes(nameOf(row))) box.click();
  }
}
document.addEventListener("submit", keepTicks, true);

// there is no host here: the target is a field of the form; and a test keeps the load that it was started with
function hideWhatIsFixed() {
  for (const button of document.querySelectorAll("header button"))
    if (button.textContent === "Edit") button.style.display = "none";
  for (const label of document.querySelectorAll("header .MuiTypography-root"))
    if (label.textContent === "Host") label.parentElement.style.display = "none";
}

const root = document.getElementById("root");
if (root) {
  new MutationObserver(() => { openFields(); hideWhatIsFixed(); }).observe(root, { childList: true, subtree: true });
  // its dialog "New" is drawn beside the page's root
  new MutationObserver(openFields).observe(document.body, { childList: true });
  openFields();
  hideWhatIsFixed();
}
setInterval(() => { followTheme(); showStatus(); }, 1000);
showStatus();
